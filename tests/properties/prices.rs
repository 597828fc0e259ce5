//! What must hold of every price, whatever a card says.

use serde_json::Value;
use tollgate::{
    command::{GivenPart, UnsplitWrites},
    money::Money,
    price::{
        Book, CacheWrite, Card, CardVersion, CountedTime, InferenceGeo, PriceContext, RequestShape, ServiceTier, Side,
        Speed, TierKind, Unit, Usage, UsageClass, charge, charge_beyond, lines, quote,
    },
    time::Timestamp,
};

use super::random::{book, dice::Dice};

const NOW: i64 = 1_764_000_000_000;

fn at(dice: &mut Dice) -> Timestamp {
    Timestamp::from_millis(NOW + dice.between(-200_000_000, 200_000_000)).expect("an instant")
}

fn count(dice: &mut Dice, most: u64) -> u64 {
    match dice.below(4) {
        0 => 0,
        1 => dice.below(most.min(300) + 1),
        _ => dice.below(most + 1),
    }
}

fn context(dice: &mut Dice) -> PriceContext {
    let mut context = PriceContext::default();
    if dice.chance(50) {
        context.service_tier = *dice.pick(ServiceTier::ALL);
    }
    if dice.chance(30) {
        context.speed = *dice.pick(Speed::ALL);
    }
    if dice.chance(40) {
        context.inference_geo = *dice.pick(InferenceGeo::ALL);
    }
    context
}

/// A usage of a few classes.
fn usage(dice: &mut Dice) -> Usage {
    let mut usage = Usage { input: count(dice, 2_000), output: count(dice, 2_000), ..Usage::default() };
    for _ in 0..dice.below(5) {
        usage.set(*dice.pick(UsageClass::ALL), count(dice, 5_000));
    }
    usage
}

/// Every version in force of random books, with a context that it prices, until `look` has been asked often enough.
fn each(seeds: std::ops::Range<u64>, mut look: impl FnMut(&mut Dice, &Card, &CardVersion, PriceContext, Timestamp)) {
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let form: Value = book::own(&mut dice, NOW);
        let book = Book::parse(&form.to_string()).unwrap_or_else(|error| panic!("{:?}", error.problems()));
        for card in book.cards() {
            for _ in 0..40 {
                let at = at(&mut dice);
                let context = context(&mut dice);
                if let Some(version) = card.version_at(at)
                    && version.tiers(context).is_some()
                {
                    look(&mut dice, card, version, context, at);
                }
            }
        }
    }
}

/// The usage as it is billed: container time at its minimum at least.
fn billed(version: &CardVersion, usage: &Usage) -> Usage {
    let mut billed = usage.clone();
    let time = usage.count(UsageClass::CodeExecution);
    billed.set(UsageClass::CodeExecution, version.billed(UsageClass::CodeExecution, time));
    billed
}

#[test]
fn a_price_is_the_sum_of_its_lines() {
    let (mut seen, mut many) = (0, 0);
    each(0..300, |dice, _, version, context, _| {
        let usage = usage(dice);
        let Ok(total) = charge(version, context, &usage) else { return };
        let (mut sum, mut listed) = (Money::ZERO, Usage::default());
        lines(version, context, &usage, |line| {
            assert!(line.quantity > 0, "{line:?}");
            assert_eq!(line.rate.of(line.class, line.quantity), Some(line.amount));
            sum += line.amount;
            listed.set(line.class, listed.count(line.class) + line.quantity);
            many += 1;
        })
        .expect("a usage that has a price has lines");
        assert_eq!(sum, total);
        assert_eq!(listed, billed(version, &usage), "every quantity stands in the lines");
        seen += 1;
    });
    assert!(seen > 10_000 && many > 30_000, "only {seen} usages and {many} lines were looked at");
}

fn merged(left: &Usage, right: &Usage) -> Usage {
    let mut merged = left.clone();
    for (class, count) in right.counts() {
        merged.set(class, merged.count(class) + count);
    }
    merged
}

#[test]
fn two_usages_of_one_tier_cost_what_they_cost_together() {
    let (mut seen, mut tiered) = (0, 0);
    each(1_000..1_700, |dice, _, version, context, _| {
        let (left, right) = (usage(dice), usage(dice));
        let both = merged(&left, &right);
        let tiers = version.tiers(context).expect("a priced context");
        let first = |usage: &Usage| tiers.of(usage.prompt()).map(|tier| tier.first);
        let one_tier = tiers.all().len() == 1
            || (version.tier_kind == TierKind::Threshold
                && first(&left) == first(&both)
                && first(&right) == first(&both));
        let (true, Ok(one), Ok(other), Ok(together)) = (
            one_tier,
            charge(version, context, &left),
            charge(version, context, &right),
            charge(version, context, &both),
        ) else {
            return;
        };
        // Containers that are billed at their minimum cost more apart.
        if billed(version, &left) != left || billed(version, &right) != right {
            return;
        }
        // Only time is rounded, up and once a line.
        let rounded = both.counts().filter(|(class, _)| class.unit() == Unit::Hour).count();
        let more = (one + other - together).units();
        assert!(0 <= more && more <= rounded as i128, "{one} and {other} are not {together}");
        seen += 1;
        tiered += u64::from(tiers.all().len() > 1);
    });
    assert!(seen > 5_000 && tiered > 500, "only {seen} pairs were looked at, {tiered} of them in one of many tiers");
}

#[test]
fn more_of_one_class_never_costs_less_where_no_threshold_is_crossed() {
    let (mut seen, mut graduated) = (0, 0);
    each(2_000..2_300, |dice, _, version, context, _| {
        let tiers = version.tiers(context).expect("a priced context").all().len();
        let before = usage(dice);
        let mut after = before.clone();
        let class = *dice.pick(UsageClass::ALL);
        after.set(class, before.count(class) + dice.below(2_000));
        let (true, Ok(less), Ok(more)) = (
            tiers == 1 || version.tier_kind == TierKind::Graduated,
            charge(version, context, &before),
            charge(version, context, &after),
        ) else {
            return;
        };
        assert!(less <= more, "{less} became {more} with more of {class:?}");
        seen += 1;
        graduated += u64::from(tiers > 1);
    });
    assert!(seen > 5_000 && graduated > 200, "only {seen} usages were looked at, {graduated} of them graduated");
}

/// A request that the card can perhaps quote.
fn request(dice: &mut Dice, context: PriceContext) -> RequestShape {
    let mut request = RequestShape::new(u32::try_from(1 + dice.below(3_000)).expect("a small number"));
    let size = count(dice, 5_000);
    request = if dice.chance(50) { request.with_input_tokens(size) } else { request.with_body_bytes(size) };
    request.cache_write = if dice.chance(60) { CacheWrite::None } else { *dice.pick(CacheWrite::ALL) };
    request.iterations = *dice.pick(&[0, 0, 1, 3]);
    request.external_input = dice.chance(15);
    request.tools = dice.chance(20);
    request.images = u32::try_from(dice.below(3)).expect("a small number");
    request.web_searches = u32::try_from(dice.below(2) * dice.below(5)).expect("a small number");
    request.code_execution_ms = if dice.chance(20) { *dice.pick(&[1, 700, 300_001]) } else { 0 };
    request.speed = context.speed;
    request.inference_geo = context.inference_geo;
    request.service_tier = context.service_tier;
    request
}

/// A usage of one iteration that the request permits, with at most so many tokens read.
fn permitted(dice: &mut Dice, request: &RequestShape, prompt: u64, first: bool) -> Usage {
    let mut usage = Usage::default();
    let mut spread = |dice: &mut Dice, classes: &[UsageClass], most: u64| {
        let mut left = if dice.chance(40) { most } else { dice.below(most + 1) };
        while left > 0 {
            let class = *dice.pick(classes);
            let taken = if dice.chance(50) { left } else { 1 + dice.below(left) };
            usage.set(class, usage.count(class) + taken);
            left -= taken;
        }
    };
    let plain = |class: &&UsageClass| class.side() == Side::Input && !class.is_cache_write();
    let plain: Vec<UsageClass> = UsageClass::ALL.iter().filter(plain).copied().collect();
    // Mostly classes that every card prices.
    let mut read = vec![UsageClass::Input; 8];
    read.extend(request.cache_write.classes().iter().flat_map(|class| [*class; 8]));
    if dice.chance(50) {
        read.extend(plain);
    }
    spread(dice, &read, prompt);
    let mut wrote = vec![UsageClass::Output; 6];
    if dice.chance(50) {
        wrote.extend(UsageClass::ALL.iter().filter(|class| class.side() == Side::Output));
    }
    spread(dice, &wrote, request.max_tokens.into());
    if first {
        usage.web_searches = request.web_searches.into();
        usage.set(UsageClass::CodeExecution, request.code_execution_ms.into());
    }
    if dice.chance(30) {
        usage.set(UsageClass::Request, 1);
    }
    usage
}

#[test]
fn free_time_takes_off_what_it_would_have_cost_and_no_more_than_there_is() {
    let (mut seen, mut partly) = (0, 0);
    each(4_000..4_300, |dice, _, version, context, _| {
        let mut usage = usage(dice);
        usage.set(UsageClass::CodeExecution, count(dice, 5_000));
        let free_ms = count(dice, 5_000);
        let (Ok(whole), Ok((left, time))) =
            (charge(version, context, &usage), charge_beyond(free_ms, version, context, &usage))
        else {
            return;
        };
        let billed_ms = billed(version, &usage).count(UsageClass::CodeExecution);
        assert_eq!(time, CountedTime { billed_ms, free_ms: free_ms.min(billed_ms) });
        let tiers = version.tiers(context).expect("a priced context");
        let rate = tiers.all().first().expect("the base tier").rates.get(UsageClass::CodeExecution);
        let cost = |ms| rate.of(UsageClass::CodeExecution, ms).unwrap_or(Money::ZERO);
        assert_eq!(whole - left, cost(billed_ms) - cost(billed_ms - time.free_ms));
        seen += 1;
        partly += u64::from(0 < time.free_ms && time.free_ms < billed_ms);
    });
    assert!(seen > 2_000 && partly > 300, "only {seen} usages were looked at, {partly} of them free in part");
}

/// A part of an answer that counts this: some of its cache writes may come without their time to live.
fn answered(dice: &mut Dice, mut usage: Usage, asked: CacheWrite) -> GivenPart {
    let mut unsplit_writes = None;
    let pairs =
        [(UsageClass::CacheWrite5m, UsageClass::CacheWrite1h), (UsageClass::CacheWrite30m, UsageClass::CacheWrite12h)];
    for (short, long) in pairs {
        let count = usage.count(short) + usage.count(long);
        if count > 0 && asked.classes().contains(&short) && dice.chance(40) {
            usage.set(short, 0);
            usage.set(long, 0);
            unsplit_writes = Some(UnsplitWrites { count, short, long });
            break;
        }
    }
    GivenPart { usage, unsplit_writes, is_call: dice.chance(70), ..GivenPart::default() }
}

#[test]
fn a_call_costs_its_fee_beside_its_counts_and_nothing_more_where_its_card_has_none() {
    let (mut with, mut without, mut told) = (0, 0, 0);
    each(5_000..5_300, |dice, _, version, context, _| {
        let usage = usage(dice);
        let Ok(plain) = charge(version, context, &usage) else { return };
        let part = |is_call| GivenPart { usage: usage.clone(), is_call, ..GivenPart::default() };
        let counts = |part: GivenPart| part.counted(CacheWrite::None, Some(version), context);
        assert_eq!(counts(part(false)), usage, "what is no call counts what it says");
        let call = charge(version, context, &counts(part(true))).expect("a call has a price where its counts have one");
        let tiers = version.tiers(context).expect("a priced context");
        let fee = tiers.all().first().expect("the base tier").rates.get(UsageClass::Request);
        match (usage.count(UsageClass::Request), fee.of(UsageClass::Request, 1)) {
            (0, Some(fee)) => {
                with += 1;
                assert_eq!(call, plain + fee);
            }
            (0, None) => {
                without += 1;
                assert_eq!(call, plain);
            }
            _ => {
                told += 1;
                assert_eq!(call, plain, "requests that are counted are not counted again");
            }
        }
    });
    assert!(with > 1_000 && without > 1_000 && told > 100, "{with} with a fee, {without} without, {told} counted");
}

#[test]
fn a_quote_of_any_cache_write_is_the_dearest_of_those_that_have_one() {
    let (mut seen, mut partly, mut without) = (0, 0, 0);
    each(6_000..6_300, |dice, card, version, context, at| {
        let mut request = request(dice, context);
        let mut quoted = |cache_write| {
            request.cache_write = cache_write;
            quote(card, &request, at).map(|quote| quote.total)
        };
        let (none, any) = (quoted(CacheWrite::None), quoted(CacheWrite::Any));
        let tiers = version.tiers(context).expect("a priced context");
        let has_rate =
            |class: &UsageClass| tiers.all().first().is_some_and(|tier| tier.rates.get(*class).units().is_some());
        // A tier may price other writes than the base tier does: those the model compares.
        if tiers.all().len() > 1 {
            return;
        }
        let kinds = [CacheWrite::FiveMinutes, CacheWrite::OneHour, CacheWrite::ThirtyMinutes, CacheWrite::TwelveHours];
        let priced = kinds.iter().filter(|kind| kind.classes().iter().all(has_rate));
        let dearest = priced.clone().filter_map(|kind| quoted(*kind).ok()).chain(none.ok()).max();
        let lone = [UsageClass::CacheWrite1h, UsageClass::CacheWrite12h].iter().any(|long| {
            let short =
                if *long == UsageClass::CacheWrite1h { UsageClass::CacheWrite5m } else { UsageClass::CacheWrite30m };
            has_rate(long) && !has_rate(&short)
        });
        match (any, dearest) {
            // A long write without a short one is in no other kind.
            (Ok(any), Some(dearest)) if lone => assert!(any >= dearest, "{any} is below {dearest}"),
            (Ok(any), Some(dearest)) => assert_eq!(any, dearest),
            (Err(any), None) => assert_eq!(Err(any), none),
            (any, dearest) => panic!("{any:?} is not {dearest:?}"),
        }
        seen += 1;
        partly += u64::from(any.is_ok() && priced.clone().count() < kinds.len());
        without += u64::from(any.is_ok() && priced.count() == 0);
    });
    assert!(
        seen > 3_000 && partly > 2_000 && without > 200,
        "{seen} quotes, {partly} with some writes, {without} with none"
    );
}

#[test]
fn a_quote_is_never_below_what_its_request_can_cost() {
    let (mut seen, mut reached, mut graduated, mut special, mut calls, mut unsplit) = (0, 0, 0, 0, 0, 0);
    each(3_000..3_500, |dice, card, version, context, at| {
        let request = request(dice, context);
        let Ok(quoted) = quote(card, &request, at) else { return };
        let parts = u64::from(request.iterations.max(1));
        let mut total = Money::ZERO;
        for part in 0..parts {
            let usage = permitted(dice, &request, quoted.input_bound / parts, part == 0);
            let part = answered(dice, usage, request.cache_write);
            let usage = part.counted(request.cache_write, Some(version), context);
            let Ok(charged) = charge(version, context, &usage) else { return };
            calls += u64::from(part.is_call && usage.count(UsageClass::Request) > 0);
            unsplit += u64::from(part.unsplit_writes.is_some() && request.cache_write == CacheWrite::Any);
            total += charged;
        }
        assert!(total <= quoted.total, "{total} is above the quote of {request:?}: {quoted:?}");
        seen += 1;
        reached += u64::from(total == quoted.total && total > Money::ZERO);
        graduated += u64::from(version.tier_kind == TierKind::Graduated);
        special += u64::from(context != PriceContext::default());
    });
    assert!(
        seen > 5_000 && reached > 50 && graduated > 300 && special > 1_000 && calls > 500 && unsplit > 50,
        "only {seen} requests were looked at: {reached} at their quote, {graduated} graduated, {special} in another context, {calls} parts with a fee, {unsplit} with writes of any kind"
    );
}
