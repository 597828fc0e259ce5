//! The import of a catalogue through the price door: a book, and a report as JSON.

use super::PriceDoor;
use crate::{
    error::Error,
    form::{Form, Json, Writer},
    price::{
        Book,
        import::{Catalogue, Report, import},
    },
};

impl PriceDoor {
    /// A door to the book of a catalogue, `genai-prices` or `litellm`, and the report of its import:
    /// `{"models":{"whole","partly","left_out"},"rates","reasons":{…},"notes":[…]}`.
    ///
    /// # Errors
    /// When the text is no JSON, or not that catalogue.
    pub fn import(catalogue: &str, text: &str) -> Result<(Self, String), Error> {
        let catalogue = Catalogue::from_name(catalogue).ok_or_else(|| {
            Error::invalid("no catalogue of that name: write `genai-prices` or `litellm`").at("catalogue")
        })?;
        let imported = import(catalogue, &Json::parse(text)?)?;
        let report = report_text(&imported.report);
        Ok((Self::over(Book::of_form(imported.book)?), report))
    }
}

fn report_text(report: &Report) -> String {
    let mut out = Writer::default();
    out.begin_object();
    out.key("models");
    out.begin_object();
    let models = report.models;
    for (name, count) in [("whole", models.whole), ("partly", models.partly), ("left_out", models.left_out)] {
        out.key(name);
        out.plain(&count);
    }
    out.end_object();
    out.key("rates");
    out.plain(&report.rates);
    out.key("reasons");
    out.begin_object();
    for (reason, count) in report.counts() {
        out.key(reason.as_str());
        out.plain(&count);
    }
    out.end_object();
    out.key("notes");
    report.notes.write(&mut out);
    out.end_object();
    out.into_text()
}
