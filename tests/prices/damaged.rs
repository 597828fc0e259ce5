//! Catalogues with anything anywhere: an import never panics, hides no other model, and its book compiles.

use tollgate::{
    form::Json,
    price::{
        Book,
        import::{Catalogue, import},
    },
};

use crate::rows::read;

const ROUNDS: u64 = 300;

/// Small numbers, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

fn strange(dice: &mut Dice) -> Json {
    const TEXTS: &[&str] = &[
        "null",
        "true",
        "0",
        "-1",
        "1e-30",
        "1e30",
        "0.1",
        "1e999",
        "170141183460469231731687303715884105727",
        "[]",
        "{}",
        "\"\"",
        "\"0\"",
        "\"-0.5\"",
        "\"*\"",
        "\"é\"",
        "\"2026-13-01\"",
        "\"2026-02-28\"",
        "\"10:00-10:00\"",
        "{\"base\":\"1\",\"tiers\":[{\"start\":1,\"price\":\"2\"},{\"start\":1,\"price\":\"3\"}]}",
        "[{\"range\":[0,1],\"input_cost_per_token\":1e-6}]",
        "{\"us\":0,\"fast\":2000}",
        "[[]]",
        "{\"regex\":\"^(a|[^b])*$\"}",
        "{\"or\":[{\"and\":[]}]}",
        "\"^[\"",
    ];
    Json::parse(TEXTS[dice.below(TEXTS.len())]).unwrap()
}

/// Puts something strange in one place.
fn damage(json: &mut Json, dice: &mut Dice) {
    match json {
        Json::Object(fields) if !fields.is_empty() && dice.below(8) > 0 => {
            let at = dice.below(fields.len());
            damage(&mut fields[at].1, dice);
        }
        Json::Array(items) if !items.is_empty() && dice.below(8) > 0 => {
            let at = dice.below(items.len());
            damage(&mut items[at], dice);
        }
        other => *other = strange(dice),
    }
}

/// A catalogue of a few models of the real one.
fn part(catalogue: Catalogue, all: &Json, dice: &mut Dice) -> Json {
    let some = |dice: &mut Dice, length: usize| (0..4).map(|_| dice.below(length)).collect::<Vec<usize>>();
    match (catalogue, all) {
        (Catalogue::LiteLlm, Json::Object(entries)) => {
            let mut at = some(dice, entries.len());
            at.sort_unstable();
            at.dedup();
            Json::Object(at.into_iter().map(|at| entries[at].clone()).collect())
        }
        _ => {
            let Some(Json::Array(providers)) = all.get("providers") else { panic!("no providers") };
            let provider = &providers[dice.below(providers.len())];
            let (Some(id), Some(Json::Array(models))) = (provider.get("id"), provider.get("models")) else { panic!() };
            let models = some(dice, models.len()).into_iter().map(|at| models[at].clone()).collect();
            let fields = vec![("id".to_owned(), id.clone()), ("models".to_owned(), Json::Array(models))];
            Json::Array(vec![Json::Object(fields)])
        }
    }
}

#[test]
fn a_damaged_catalogue_gives_a_book_that_compiles() {
    for catalogue in [Catalogue::GenaiPrices, Catalogue::LiteLlm] {
        let all = Json::parse(&read(&format!("tests/catalogues/{}.json", catalogue.as_str()))).unwrap();
        let mut dice = Dice(7);
        for round in 0..ROUNDS {
            let mut json = part(catalogue, &all, &mut dice);
            for _ in 0..=dice.below(3) {
                damage(&mut json, &mut dice);
            }
            if let Ok(imported) = import(catalogue, &json.to_text()) {
                let book = Book::of_form(imported.book);
                assert!(book.is_ok(), "{catalogue:?} {round}: {:?}\n{}", book.err(), json.to_text());
            }
        }
    }
}

#[test]
fn one_bad_model_hides_no_other() {
    let text = r#"{"a/bad":{"litellm_provider":"a","input_cost_per_token":-1},"b":{"litellm_provider":"a"},"c":7,
        "a/good":{"litellm_provider":"a","input_cost_per_token":1e-6,"output_cost_per_token":"2e-6"}}"#;
    let imported = import(Catalogue::LiteLlm, text).unwrap();
    assert_eq!(imported.book.cards.len(), 1);
    assert_eq!(imported.book.cards[0].model, "good");
    let told: Vec<(&str, &str)> =
        imported.report.notes.iter().map(|note| (note.path.as_str(), note.reason.as_str())).collect();
    let expected = [
        ("a/bad.input_cost_per_token", "not_a_number"),
        ("a/bad", "no_price"),
        ("b", "no_price"),
        ("c", "not_a_model"),
        ("a/good", "cached_as_input"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_no_catalogue_is_an_error() {
    let (genai, litellm) = (Catalogue::GenaiPrices, Catalogue::LiteLlm);
    let cases = [
        (genai, "{}", "providers", "no catalogue of genai-prices"),
        (genai, "1", "providers", "no catalogue of genai-prices"),
        (genai, r#"{"providers":{}}"#, "providers", "no catalogue of genai-prices"),
        (genai, r#"{"providers":[],"providers":[]}"#, "", "field `providers` stands twice"),
        (genai, r#"{"providers":[]} 1"#, "", "not JSON that can be read: something follows the value"),
        (genai, "[", "", "not JSON that can be read: the text ends"),
        (litellm, "[]", "", "no price map of LiteLLM"),
        (litellm, r#"{"a":{},"a":{}}"#, "", "field `a` stands twice"),
        (litellm, r#"{"a":{"b":1,"b":2}}"#, "", "field `b` stands twice"),
        (litellm, r#"{"a":}"#, "", "not JSON that can be read: expected a value"),
        (litellm, "{}{}", "", "not JSON that can be read: something follows the value"),
    ];
    for (catalogue, text, path, message) in cases {
        let error = import(catalogue, text).unwrap_err();
        assert_eq!((error.code(), error.path()), ("invalid_input", path), "{text}");
        assert!(error.message().starts_with(message), "{text}: {error}");
    }
    for (catalogue, text) in [(genai, r#"{"version":1,"providers":[]}"#), (genai, "[]"), (litellm, "{}")] {
        assert!(import(catalogue, text).unwrap().book.cards.is_empty(), "{text}");
    }
}
