//! TypeScript that takes counts out of providers' usage objects, from the shapes that the core reads them by.
//!
//! Code with the names of the fields in it, rather than a loop over a table of them: JavaScript remembers at each place
//! where the field of that name stood, and looks a name that varies up each time.

use std::fmt::Write;

use tollgate::price::usage_object::{Api, Field, Node};

/// The names of a usage object that a host tells by position: tier, speed and place.
const NAMED: usize = 3;

/// A function for each API.
pub(crate) fn source() -> String {
    let mut text = String::from(
        "// Generated from the shapes of usage objects: `cargo tollgate schema usage-reader`. Do not edit.\n\
         import { byModality, isCount, isObject, type Counts, type Names, type Reader } from './usage_value.js';\n",
    );
    for api in Api::ALL {
        let mut made = Made::default();
        made.fields(api.shape(), "usage", 1);
        let name = api.as_str();
        for (index, slots) in made.modalities.iter().enumerate() {
            let slots: Vec<String> = slots.iter().map(|(name, slot)| format!("['{name}', {slot}]")).collect();
            let _ = writeln!(
                text,
                "\nconst {name}_{index}: ReadonlyMap<unknown, number> = new Map([{}]);",
                slots.join(", ")
            );
        }
        let body = made.text.replace("MODALITIES", name);
        let _ = write!(
            text,
            "\nfunction {name}(usage: Record<string, unknown>, told: Counts, names: Names): number {{\n  \
             const {{ counts }} = told;\n  let present = 0;\n  let said = 0;\n{body}  told.present = present;\n  return said;\n}}\n"
        );
    }
    let names: Vec<&str> = Api::ALL.iter().map(|api| api.as_str()).collect();
    let _ = write!(
        text,
        "\n/** The readers, by the position of the API. */\nexport const READERS: readonly Reader[] = [{}];\n",
        names.join(", ")
    );
    text
}

/// The body of a function in the making.
#[derive(Default)]
struct Made {
    text: String,
    values: usize,
    modalities: Vec<&'static [(&'static str, usize)]>,
}

impl Made {
    fn line(&mut self, depth: usize, line: &str) {
        let _ = writeln!(self.text, "{}{line}", "  ".repeat(depth));
    }

    fn fields(&mut self, fields: &'static [Field], object: &str, depth: usize) {
        for field in fields {
            let value = format!("v{}", self.values);
            self.values += 1;
            self.line(depth, &format!("const {value} = {object}.{};", field.name));
            self.line(depth, &format!("if ({value} !== undefined && {value} !== null) {{"));
            self.node(&field.node, &value, depth + 1);
            self.line(depth, "}");
        }
    }

    fn node(&mut self, node: &Node, value: &str, depth: usize) {
        match node {
            Node::Count(slot) => {
                self.line(depth, &format!("if (!isCount({value})) return -1;"));
                self.line(depth, &format!("counts[{slot}] = {value};"));
                self.line(depth, &format!("present |= {};", 1_u32 << slot));
            }
            Node::Name(position) if *position >= NAMED => self.line(depth, "return -1;"),
            Node::Name(position) => {
                self.line(depth, &format!("const position = names[{position}].get({value});"));
                self.line(depth, "if (position === undefined) return -1;");
                self.line(depth, &format!("said |= position << {};", 8 * position));
            }
            Node::Object(fields) => {
                self.line(depth, &format!("if (!isObject({value})) return -1;"));
                self.fields(fields, value, depth);
            }
            Node::Modalities(slots) => {
                let index = self.modalities.len();
                self.modalities.push(slots);
                self.line(depth, &format!("present = byModality({value}, MODALITIES_{index}, counts, present);"));
                self.line(depth, "if (present < 0) return -1;");
            }
            Node::Parts => self.line(depth, &format!("if (!Array.isArray({value}) || {value}.length > 0) return -1;")),
        }
    }
}
