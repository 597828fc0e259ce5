//! `tollgate prices` and `tollgate quote`, as a user runs them.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use tollgate::wire::PriceImport;

use crate::rows::read;

fn tollgate(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // The program may be done before it has read everything.
    let _ = writer.join().unwrap();
    output
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const GENAI: &str = "tests/catalogues/genai-prices.json";
const LITELLM: &str = "tests/catalogues/litellm.json";

#[test]
fn the_shipped_books_are_what_the_catalogues_and_the_overrides_give() {
    let output = tollgate(&["prices", "build", "--genai", GENAI, "--litellm", LITELLM], "");
    let text = printed(&output);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("src/price/claude.json: no difference"), "{text}");
    assert!(text.contains("pkg/books/providers.json: no difference"), "{text}");
}

#[test]
fn an_import_writes_what_every_other_door_answers() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (catalogue, file) in [("genai-prices", GENAI), ("litellm", LITELLM)] {
        let [book, notes] = ["book.json", "notes.jsonl"].map(|name| folder.join(format!("{catalogue}-{name}")));
        let paths = [&book, &notes].map(|path| path.to_str().unwrap());
        let arguments = ["prices", "import", "--from", catalogue, file, "-o", paths[0], "--report", paths[1]];
        assert!(tollgate(&arguments, "").status.success());
        let imported = PriceImport::of(catalogue, &read(file)).unwrap();
        assert!(std::fs::read_to_string(book).unwrap() == imported.book, "{catalogue}: the book");
        let written = std::fs::read_to_string(notes).unwrap();
        let notes = format!("\"notes\":[{}]}}", written.trim_end().replace('\n', ","));
        assert!(imported.report.ends_with(&notes), "{catalogue}: the notes");
    }
}

#[test]
fn an_import_writes_a_book_and_a_report() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (book, report) = (folder.join("cerebras.json"), folder.join("cerebras.jsonl"));
    let (book, report) = (book.to_str().unwrap(), report.to_str().unwrap());
    let output = tollgate(
        &["prices", "import", "--from", "litellm", LITELLM, "--provider", "cerebras", "-o", book, "--report", report],
        "",
    );
    assert!(output.status.success() && printed(&output).contains("cards in the book"), "{}", printed(&output));
    for line in std::fs::read_to_string(report).unwrap().lines() {
        let note: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(note["provider"], "cerebras");
        assert!(note["path"].as_str().is_some() && note["reason"].as_str().is_some());
    }
    let listed = printed(&tollgate(&["prices", "list", book], ""));
    assert!(listed.contains("cerebras") && !listed.contains("anthropic"), "{listed}");
}

#[test]
fn a_model_is_shown_with_how_its_name_was_found() {
    let shown = printed(&tollgate(&["prices", "show", "claude-haiku-5-5-20261001", "--at", "2026-11-23"], ""));
    for part in ["claude-haiku-5-5 of anthropic", "`claude-haiku-5-5-########`", "from 100001", "batch", "standard us"]
    {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let before = printed(&tollgate(&["prices", "show", "claude-sonnet-5-5", "--at", "2026-10-06"], ""));
    assert!(before.contains("since always") && !before.contains("since 2026"), "{before}");
    assert_eq!(tollgate(&["prices", "show", "nobody"], "").status.code(), Some(1));
}

#[test]
fn a_difference_is_told_rate_by_rate() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (before, after) = (folder.join("before.json"), folder.join("after.json"));
    let text = read("src/price/claude.json");
    let changed = text.replacen("\"input\":\"8\"", "\"input\":\"9\"", 1);
    assert_ne!(text, changed);
    std::fs::write(&before, &text).unwrap();
    std::fs::write(&after, changed).unwrap();
    let (before, after) = (before.to_str().unwrap(), after.to_str().unwrap());
    let output = tollgate(&["prices", "diff", before, after], "");
    assert_eq!(output.status.code(), Some(1));
    let told = printed(&output);
    assert!(told.contains("anthropic/claude-fable-5-2") && told.contains("standard: input"), "{told}");
    assert!(tollgate(&["prices", "diff", before, before], "").status.success());
}

#[test]
fn usages_are_quoted_by_the_shipped_book_or_by_a_catalogue() {
    let rows = read("tests/prices/priced-usage.jsonl");
    let first = rows.lines().next().unwrap();
    for arguments in [
        vec!["quote"],
        vec!["quote", "--book", GENAI, "--from", "genai-prices"],
        vec!["quote", "--book", LITELLM, "--from", "litellm"],
    ] {
        let output = tollgate(&arguments, first);
        assert!(printed(&output).starts_with("{\"usd\":\"0.02081\""), "{}", printed(&output));
    }
}
