//! The whole catalogues: how much carries over, by reason, and that it is in the compiled book.

use tollgate::{
    price::{
        Book, CardForm, CardVersion, CardVersionForm, InferenceGeo, PriceContext, RatesPerMtok, ServiceTier, Speed,
        TierForm, TierStart, UsageClass,
        import::{Catalogue, Models},
    },
    wire,
};

use crate::rows::{book, catalogue};

fn counts(of: Catalogue) -> (Models, u64, Vec<(&'static str, u64)>) {
    let report = catalogue(of).report;
    (report.models, report.rates, report.counts().into_iter().map(|(reason, count)| (reason.as_str(), count)).collect())
}

#[test]
fn genai_prices_carries_over_as_counted() {
    let (models, rates, reasons) = counts(Catalogue::GenaiPrices);
    assert_eq!(models, Models { whole: 2136, partly: 176, left_out: 18 });
    assert_eq!(rates, 11_268);
    let expected = [
        ("snapped", 5),
        ("cached_as_input", 1_355),
        ("free_model", 161),
        ("not_exact", 23),
        ("long_cache_write", 155),
        ("unknown_context", 4),
        ("other_providers", 2),
        ("no_price", 18),
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn litellm_carries_over_as_counted() {
    let (models, rates, reasons) = counts(Catalogue::LiteLlm);
    assert_eq!(models, Models { whole: 3_099, partly: 1_137, left_out: 315 });
    assert_eq!(rates, 21_027);
    let expected = [
        ("snapped", 69),
        ("cached_as_input", 1_636),
        ("standard_in_context", 168),
        ("free_model", 38),
        ("free_class", 96),
        ("zero_model", 92),
        ("zero_class", 248),
        ("not_exact", 6),
        ("no_class", 693),
        ("cached_unknown", 260),
        ("long_cache_write", 191),
        ("not_in_context", 372),
        ("not_for_long_prompts", 49),
        ("unknown_context", 111),
        ("free_allowance", 47),
        ("same_model", 34),
        ("name_taken", 10),
        ("not_a_name", 4),
        ("no_price", 209),
        ("not_a_model", 2),
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn every_note_names_its_place_and_importing_again_gives_the_same() {
    for of in [Catalogue::GenaiPrices, Catalogue::LiteLlm] {
        let (first, second) = (catalogue(of), catalogue(of));
        assert_eq!(first, second);
        assert_eq!(wire::to_text(&first.book), wire::to_text(&second.book));
        for note in &first.report.notes {
            assert!(!note.path.is_empty() && !note.value.is_empty(), "{note:?}");
        }
        let models = first.report.models;
        assert_eq!(first.book.cards.len() as u64 + same(&first), models.whole + models.partly);
    }
}

/// Entries that another card stands for.
fn same(imported: &tollgate::price::import::Imported) -> u64 {
    imported.report.counts().iter().find(|(reason, _)| reason.as_str() == "same_model").map_or(0, |(_, count)| *count)
}

#[test]
fn every_carried_rate_is_in_the_compiled_book() {
    for of in [Catalogue::GenaiPrices, Catalogue::LiteLlm] {
        let book: Book = book(of);
        let mut seen = 0_u64;
        for (form, card) in book.form.cards.iter().zip(book.cards()) {
            assert_eq!(form.versions.len(), card.versions().len());
            for (version, compiled) in form.versions.iter().zip(card.versions()) {
                seen += standard(form, version, compiled);
            }
        }
        assert!(seen > 10_000, "{seen}");
    }
}

fn standard(card: &CardForm, version: &CardVersionForm, compiled: &CardVersion) -> u64 {
    let plain = PriceContext::default();
    let mut seen = table(card, compiled, plain, &version.rates_per_mtok, &version.tiers);
    for (class, rate) in version.rates_per_unit.0.iter() {
        let tier = &compiled.tiers(plain).unwrap().all()[0];
        assert_eq!(tier.rates.get(class).to_decimal(class), Some(rate), "{}", card.model);
        seen += 1;
    }
    for context in &version.contexts {
        let at = PriceContext {
            service_tier: context.service_tier,
            speed: context.speed,
            inference_geo: InferenceGeo::Global,
        };
        assert!(at != PriceContext { service_tier: ServiceTier::Standard, speed: Speed::Standard, ..at });
        seen += table(card, compiled, at, &context.rates_per_mtok, &context.tiers);
    }
    seen
}

fn table(
    card: &CardForm,
    compiled: &CardVersion,
    context: PriceContext,
    base: &RatesPerMtok,
    tiers: &[TierForm],
) -> u64 {
    let mut seen = 0;
    let mut each = |first: u64, rates: &RatesPerMtok| {
        let tier = compiled.tiers(context).unwrap().of(first).unwrap();
        for (class, rate) in rates.0.iter() {
            assert_eq!(tier.rates.get(class).to_decimal(class), Some(rate), "{} {context:?} {first}", card.model);
            seen += 1;
        }
    };
    each(0, base);
    for tier in tiers {
        let TierStart::Above(start) = &tier.starts else { panic!("importers write lengths above which a tier holds") };
        each(start.unsigned() + 1, &tier.rates_per_mtok);
    }
    seen
}

#[test]
fn off_peak_hours_carry_over() {
    // 2026-11-20 was a Friday.
    let cases = [
        (Catalogue::LiteLlm, "2026-11-20T02:00:00Z", "1.32"),
        (Catalogue::LiteLlm, "2026-11-20T04:00:00Z", "0.66"),
        (Catalogue::LiteLlm, "2026-11-20T23:59:59Z", "0.66"),
        (Catalogue::LiteLlm, "2026-11-21T02:00:00Z", "0.66"),
        (Catalogue::GenaiPrices, "2026-11-20T02:00:00Z", "1.32"),
        (Catalogue::GenaiPrices, "2026-11-20T04:00:00Z", "0.66"),
        (Catalogue::GenaiPrices, "2026-11-20T09:59:59Z", "1.32"),
        (Catalogue::GenaiPrices, "2026-08-16T12:00:00Z", "0.435"),
    ];
    let books = [book(Catalogue::GenaiPrices), book(Catalogue::LiteLlm)];
    for (of, at, expected) in cases {
        let book = if of == Catalogue::GenaiPrices { &books[0] } else { &books[1] };
        let found = book.lookup(Some("deepseek"), "deepseek-v4-pro").unwrap();
        let tiers = found.card.version_at(at.parse().unwrap()).unwrap().tiers(PriceContext::default()).unwrap();
        let rate = tiers.of(1).unwrap().rates.get(UsageClass::Input).to_decimal(UsageClass::Input).unwrap();
        assert_eq!(rate.to_string(), expected, "{of:?} {at}");
    }
}
