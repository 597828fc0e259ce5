//! The import of a catalogue as text: the file of a price book, and the report of what did not carry over.

use super::{Count, book_file_text, count, to_text};
use crate::{
    error::Error,
    form::{Definitions, Form, Json, Path, Problems, Writer},
    price::import::{Catalogue, ImportNote, NoteReason, Report, import},
};

/// What an import gives, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceImport {
    /// The file of the book: what `tollgate prices import -o` writes.
    pub book: String,
    /// The report, as the JSON of an [`ImportReport`].
    pub report: String,
}

impl PriceImport {
    /// Imports the text of a catalogue, `genai-prices` or `litellm`.
    ///
    /// ```
    /// use tollgate::{price::Book, wire::PriceImport};
    /// let text = r#"{"acme/one":{"litellm_provider":"acme","input_cost_per_token":2.7999999999999997e-07}}"#;
    /// let imported = PriceImport::of("litellm", text)?;
    /// assert!(Book::parse(&imported.book)?.by_name("acme/one").is_some());
    /// assert!(imported.report.contains(r#""reasons":{"snapped":1"#));
    /// # Ok::<(), tollgate::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no catalogue of that name, or the text is no JSON, or not that catalogue.
    pub fn of(catalogue: &str, text: &str) -> Result<Self, Error> {
        let catalogue = Catalogue::from_name(catalogue).ok_or_else(|| {
            let shown = crate::error::shown(catalogue);
            Error::invalid(format!("no catalogue is called `{shown}`: write `genai-prices` or `litellm`"))
                .at("catalogue")
        })?;
        let imported = import(catalogue, text)?;
        let book = book_file_text(&imported.book);
        Ok(Self { book, report: to_text(&ImportReport::from(imported.report)) })
    }
}

crate::object! {
    /// How much of a catalogue's models became cards.
    pub struct ImportedModels {
        /// Everything of the model is in the book.
        whole: Count,
        /// The model is in the book, and something of it is not.
        partly: Count,
        /// The model is not in the book.
        left_out: Count,
    }

    /// What an import carried over, what it changed and what it left out.
    pub struct ImportReport {
        /// How many models became cards.
        models: ImportedModels,
        /// How many rates were carried over, each date, tier and context counted.
        rates: Count,
        /// How many notes there are of each reason.
        reasons: ReasonCounts,
        /// Every note, in the order of the catalogue.
        notes: Vec<ImportNote>,
    }
}

impl From<Report> for ImportReport {
    fn from(report: Report) -> Self {
        let reasons = report.counts().into_iter().map(|(reason, notes)| (reason, count(notes))).collect();
        let models = report.models;
        Self {
            models: ImportedModels {
                whole: count(models.whole),
                partly: count(models.partly),
                left_out: count(models.left_out),
            },
            rates: count(report.rates),
            reasons: ReasonCounts(reasons),
            notes: report.notes,
        }
    }
}

/// How many notes there are of each reason that was met, in the order of the reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReasonCounts(pub Vec<(NoteReason, Count)>);

impl Form for ReasonCounts {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        let mut fields = crate::form::Fields::of(json, path, problems);
        let mut counts = Vec::new();
        for reason in NoteReason::ALL {
            if let Some(count) = fields.optional(reason.as_str(), || None) {
                counts.push((*reason, count));
            }
        }
        fields.only_of(|| NoteReason::ALL.iter().map(|reason| reason.as_str()).collect());
        Self(counts)
    }

    fn write(&self, out: &mut Writer) {
        out.begin_object();
        for (reason, count) in &self.0 {
            out.key(reason.as_str());
            count.write(out);
        }
        out.end_object();
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        definitions.named("ReasonCounts", |definitions| {
            let counts: serde_json::Map<String, serde_json::Value> =
                NoteReason::ALL.iter().map(|reason| (reason.as_str().to_owned(), Count::schema(definitions))).collect();
            serde_json::json!({
                "type": "object",
                "description": "How many notes there are of each reason that was met.",
                "properties": counts,
                "additionalProperties": false,
            })
        })
    }
}
