//! One model's share of a usage as JSON: a count for each class, and the context.

use super::command::Tokens;
use crate::{
    command::GivenPart,
    form::{Definitions, Described, Fields, Form, Int, Json, ObjectForm, Path, Problems, Writer},
    price::{InferenceGeo, ServiceTier, Speed, Usage, UsageClass},
};

/// The classes that are written even where they are zero.
const ALWAYS: &[UsageClass] = &[
    UsageClass::Input,
    UsageClass::CacheRead,
    UsageClass::CacheWrite5m,
    UsageClass::CacheWrite1h,
    UsageClass::Output,
    UsageClass::WebSearch,
];

/// One model's share of a usage. What is absent is as it was admitted; an absent count is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartForm {
    /// The model.
    pub model: Option<String>,
    /// The counts.
    pub usage: Usage,
    /// Speed.
    pub speed: Option<Speed>,
    /// Inference geography.
    pub inference_geo: Option<InferenceGeo>,
    /// Service tier.
    pub service_tier: Option<ServiceTier>,
}

impl PartForm {
    pub(super) fn given(&self) -> GivenPart {
        GivenPart {
            model: self.model.as_deref().map(Into::into),
            usage: self.usage.clone(),
            unsplit_writes: None,
            is_call: false,
            unseen_time: false,
            speed: self.speed,
            inference_geo: self.inference_geo,
            service_tier: self.service_tier,
        }
    }
}

impl ObjectForm for PartForm {
    fn read_fields(fields: &mut Fields<'_>) -> Self {
        let model = fields.optional("model", || None);
        let mut usage = Usage::default();
        for class in UsageClass::ALL {
            let count: Tokens = fields.optional(class.field(), || Int::clamped(0));
            if count.get() > 0 {
                usage.set(*class, count.unsigned());
            }
        }
        let speed = fields.optional("speed", || None);
        let inference_geo = fields.optional("inference_geo", || None);
        let service_tier = fields.optional("service_tier", || None);
        fields.only_of(|| {
            let classes = UsageClass::ALL.iter().map(|class| class.field());
            ["model"].into_iter().chain(classes).chain(["speed", "inference_geo", "service_tier"]).collect()
        });
        Self { model, usage, speed, inference_geo, service_tier }
    }

    fn write_fields(&self, out: &mut Writer) {
        out.key("model");
        self.model.write(out);
        for class in UsageClass::ALL {
            let count = self.usage.count(*class);
            if count > 0 || ALWAYS.contains(class) {
                out.key(class.field());
                out.plain(&count);
            }
        }
        out.key("speed");
        self.speed.write(out);
        out.key("inference_geo");
        self.inference_geo.write(out);
        out.key("service_tier");
        self.service_tier.write(out);
    }

    fn object_schema(definitions: &mut Definitions) -> serde_json::Value {
        let text = Option::<String>::schema(definitions);
        let mut described = Described::default().with("model", text, "The model.", false);
        for class in UsageClass::ALL {
            let about = format!("Count of `{}`.", class.as_str());
            described = described.with(class.field(), Tokens::schema(definitions), &about, false);
        }
        let (speed, geo) = (Option::<Speed>::schema(definitions), Option::<InferenceGeo>::schema(definitions));
        let tier = Option::<ServiceTier>::schema(definitions);
        described
            .with("speed", speed, "Speed.", false)
            .with("inference_geo", geo, "Inference geography.", false)
            .with("service_tier", tier, "Service tier.", false)
            .object("One model's share of a usage. What is absent is as it was admitted; an absent count is 0.")
    }
}

impl Form for PartForm {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        Self::read_fields(&mut Fields::of(json, path, problems))
    }

    fn write(&self, out: &mut Writer) {
        out.begin_object();
        self.write_fields(out);
        out.end_object();
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        definitions.named("PartForm", Self::object_schema)
    }
}
