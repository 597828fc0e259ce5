//! The door to a price book by itself.

use wasm_bindgen::prelude::*;

use super::millis;
use crate::wire::{self, CountedRow, MISSING, PriceDoor, error_text};

/// How many counts a usage object can have.
const COUNTS: usize = wire::SLOTS;
/// How many numbers one line is told in.
const LINE: usize = 8;
/// The most lines that fit; a usage with more is asked as text.
const LINES: usize = 40;
/// How many numbers stand before the lines.
const HEAD: usize = 7;

/// Every whole number up to here is a double.
const WHOLE_DOUBLES: u128 = 1 << 53;

/// A price book by itself.
///
/// The hot call crosses with numbers only: the host writes counts into `counts`, and reads the total and the lines from
/// `lines`, both of them places in the module's memory that stay where they are.
#[wasm_bindgen(js_name = RawBook)]
pub struct RawBook {
    door: PriceDoor,
    counts: Box<[f64; COUNTS]>,
    lines: Box<[f64; HEAD + LINE * LINES]>,
}

#[wasm_bindgen(js_class = RawBook)]
impl RawBook {
    /// The book of a JSON text. An error is thrown as its text.
    pub fn load(text: &str) -> Result<RawBook, String> {
        PriceDoor::load(text).map(Self::over).map_err(|error| error_text(&error))
    }

    fn over(door: PriceDoor) -> Self {
        Self { door, counts: Box::new([0.0; COUNTS]), lines: Box::new([0.0; HEAD + LINE * LINES]) }
    }

    /// The book as JSON.
    #[wasm_bindgen(js_name = bookText)]
    pub fn book_text(&self) -> String {
        self.door.book_text()
    }

    /// Prices a row of a usage log; an error is an answer too.
    #[wasm_bindgen(js_name = quoteRow)]
    pub fn quote_row(&self, row: &str) -> String {
        self.door.quote_row(row)
    }

    /// The handle of a provider's model; -1 where there is none.
    pub fn card(&self, provider: &str, model: &str) -> i32 {
        self.door.card(provider, model).and_then(|card| i32::try_from(card).ok()).unwrap_or(-1)
    }

    /// The position of a provider's API; -1 where there is none.
    pub fn api(&self, provider: &str, flavor: &str) -> i32 {
        PriceDoor::api(provider, flavor).and_then(|api| i32::try_from(api).ok()).unwrap_or(-1)
    }

    /// What the book is called.
    pub fn name(&self) -> String {
        self.door.name().to_owned()
    }

    /// What the engine calls the model of a handle.
    pub fn model(&self, card: u32) -> String {
        self.door.model(card).to_owned()
    }

    /// Where the host writes counts, as doubles.
    #[wasm_bindgen(js_name = countsAt)]
    pub fn counts_at(&self) -> usize {
        self.counts.as_ptr() as usize
    }

    /// Where the lines stand, as doubles: the whole dollars of the total, and the nine digits after the point and the nine
    /// after those; version, service tier, speed and place; then for each line its class, its quantity, the first prompt of
    /// its tier, its rate in two pieces of 32 bits, and its amount in pieces like the total.
    #[wasm_bindgen(js_name = linesAt)]
    pub fn lines_at(&self) -> usize {
        self.lines.as_ptr() as usize
    }

    /// Prices the counts of which `present` has the bit: how many lines there are; -1 where the row is to be asked as text.
    /// `said` and `asked` hold the positions of tier, speed and place in a byte each.
    #[wasm_bindgen(js_name = quoteCounts)]
    pub fn quote_counts(&mut self, card: u32, api: u32, said: u32, asked: u32, present: u32, at_ms: f64) -> i32 {
        let bytes = |packed: u32| [packed & 0xff, (packed >> 8) & 0xff, (packed >> 16) & 0xff];
        let row = CountedRow { card, api, said: bytes(said), asked: bytes(asked), at_ms: millis(at_ms) };
        let mut counts = [MISSING; COUNTS];
        let mut left = present;
        for (place, count) in counts.iter_mut().zip(&*self.counts) {
            if left & 1 == 1 {
                *place = *count as u64;
            }
            left >>= 1;
        }
        let (head, body) = self.lines.split_at_mut(HEAD);
        let mut places = body.as_chunks_mut::<LINE>().0.iter_mut();
        let mut written = 0_i32;
        let mut fits = true;
        let priced = self.door.quote_counts(row, counts, |line| match places.next() {
            Some(place) => {
                let rate = line.rate.units().unwrap_or(0);
                let (whole, high, low) = line.amount.pieces();
                *place = [
                    (line.class as u8).into(),
                    line.quantity as f64,
                    line.tier_first as f64,
                    // Doubles hold 53 bits.
                    f64::from(rate as u32),
                    f64::from((rate >> 32) as u32),
                    whole as f64,
                    high.into(),
                    low.into(),
                ];
                written = written.saturating_add(1);
            }
            None => fits = false,
        });
        let Some(priced) = priced.filter(|_| fits) else { return -1 };
        let [tier, speed, geo] = priced.context_positions();
        let (whole, high, low) = priced.total.pieces();
        if whole > WHOLE_DOUBLES {
            return -1;
        }
        let from = priced.version_from.millis() as f64;
        head.copy_from_slice(&[whole as f64, high.into(), low.into(), from, tier.into(), speed.into(), geo.into()]);
        written
    }
}

/// The lists of names that positions refer to.
#[wasm_bindgen(js_name = usageNames)]
pub fn usage_names() -> String {
    wire::names_text()
}

/// The price book of Anthropic's models that ships with the engine.
#[wasm_bindgen(js_name = claudeBook)]
pub fn claude_book() -> String {
    wire::CLAUDE.to_owned()
}

/// The module's memory.
#[wasm_bindgen(js_name = moduleMemory)]
pub fn module_memory() -> JsValue {
    wasm_bindgen::memory()
}
