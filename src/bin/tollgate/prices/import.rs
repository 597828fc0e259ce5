//! `tollgate prices import`.

use std::path::Path;

use tollgate::{
    price::import::{Catalogue, Imported, NoteReason, import},
    wire,
};

use super::{From, print, table, write_file};
use crate::{Failure, book, read};

pub(super) fn run(
    from: From,
    file: &Path,
    providers: &[String],
    output: Option<&Path>,
    report: Option<&Path>,
) -> Result<(), Failure> {
    let imported = catalogue(from, file)?;
    let wanted = |provider: &str| providers.is_empty() || providers.iter().any(|wanted| wanted == provider);
    let mut form = imported.book;
    form.cards.retain(|card| wanted(card.provider.as_deref().unwrap_or_default()));
    let mut summary = imported.report;
    let all = form.cards.len();
    summary.notes.retain(|note| wanted(&note.provider));
    if let Some(output) = output {
        write_file(output, &wire::book_file_text(&form))?;
    }
    if let Some(report) = report {
        let lines: String = summary.notes.iter().map(|note| wire::to_text(note) + "\n").collect();
        write_file(report, &lines)?;
    }
    if providers.is_empty() {
        let models = summary.models;
        let mut counts = table(&["models", "count"]);
        counts.add_row(["carried over whole", &models.whole.to_string()]);
        counts.add_row(["carried over in part", &models.partly.to_string()]);
        counts.add_row(["left out", &models.left_out.to_string()]);
        counts.add_row(["rates carried over", &summary.rates.to_string()]);
        print(&format!("{counts}\n"))?;
    }
    let mut reasons = table(&["reason", "count", "what it means"]);
    for (reason, count) in summary.counts() {
        reasons.add_row([reason.as_str(), &count.to_string(), about(reason)]);
    }
    print(&format!("{reasons}\n\n{all} cards in the book"))
}

/// The import of a catalogue's file.
pub(super) fn catalogue(from: From, file: &Path) -> Result<Imported, Failure> {
    let catalogue = match from {
        From::GenaiPrices => Catalogue::GenaiPrices,
        From::LiteLlm => Catalogue::LiteLlm,
    };
    import(catalogue, &read(file)?).map_err(|error| book::refused(&error))
}

fn about(reason: NoteReason) -> &'static str {
    match reason {
        NoteReason::Snapped => "carried over: the rate that a float's residue stood for",
        NoteReason::CachedAsInput => "carried over: cached input has no price of its own, and costs what input costs",
        NoteReason::StandardInContext => "carried over: what the context leaves out costs its standard rate",
        NoteReason::FreeModel => "carried over: a model that is free, or runs on one's own machine",
        NoteReason::FreeClass => "carried over: a rate of 0 beside others",
        NoteReason::SameModel => "carried over: the same model at the same prices under another key",
        NoteReason::ZeroModel => "model left out: every rate is 0, and free cannot be told from unknown",
        NoteReason::ZeroClass => "class left out: text at 0 beside other rates",
        NoteReason::NotExact => "rate left out: it has no exact decimal, or no size of a rate",
        NoteReason::NotANumber => "rate left out: no number",
        NoteReason::NoClass => "price left out: of something that no class counts",
        NoteReason::CachedUnknown => "class unpriced: cached input, at a discount that the catalogue does not tell",
        NoteReason::LongCacheWrite => "class unpriced: long cache writes, which the catalogue bills as short ones",
        NoteReason::NotInContext => "class unpriced in a context: the catalogue has a standard rate only",
        NoteReason::NotForLongPrompts => "context unpriced for long prompts: the catalogue has no rates for them",
        NoteReason::UnknownContext => "price left out: it depends on what no context tells",
        NoteReason::FreeAllowance => "left out: a free allowance, which needs the organization's state",
        NoteReason::OtherProviders => "left out: other providers' models, to be asked for there",
        NoteReason::NotATime => "prices left out: a date or hours that cannot be read",
        NoteReason::HoursOverlap => "prices left out: hours that overlap at different prices",
        NoteReason::NameTaken => "name or model left out: another card has the name",
        NoteReason::NotAName => "model left out: it has no usable name",
        NoteReason::NotAPattern => "names left out: a rule that patterns cannot tell",
        NoteReason::NoPrice => "model left out: no price that is carried over",
        NoteReason::NotAModel => "no entry of a model",
        NoteReason::Invalid => "model left out: its card is not valid",
    }
}
