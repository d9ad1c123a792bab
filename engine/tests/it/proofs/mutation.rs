//! Makes wrong requests out of right ones.

use serde_json::{Value, json};

/// Chance that is the same for the same seed (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Values that are wrong nearly everywhere, or only just right.
fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(16385),
        json!(u32::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.5),
        json!(-0.0),
        json!(1e39),
        json!(1e308),
        json!(""),
        json!("d"),
        json!("nan"),
        json!("\0f32:0:9"),
        json!("a[].b[0].\"c.d\""),
        json!("a[[["),
        json!("2024-13-01T00:00:00Z"),
        json!("550e8400-e29b-41d4-a716-446655440000"),
        json!("x".repeat(10_000)),
        json!([]),
        json!({}),
        json!([[]]),
        json!([1, 1, 1]),
        json!({ "indices": [1, 1], "values": [1, 1] }),
        json!({ "indices": [2, 1], "values": [1] }),
        json!({ "unheard_of": 1 }),
        json!(vec![1; 5000]),
    ]
}

/// Changes one place in a request.
pub fn mutate_json(request: &mut Value, corpus: &[Value], chance: &mut Chance) {
    let mut place = chance.below(size(request));
    let place = nth(request, &mut place).unwrap_or_else(|| unreachable!("the place is within the request"));
    match chance.below(6) {
        0 | 1 => *place = chance.pick(&values()).clone(),
        2 => {
            let mut other = chance.pick(corpus).clone();
            let mut from = chance.below(size(&other));
            *place = nth(&mut other, &mut from).map(Value::take).unwrap_or_default();
        }
        3 => *place = json!([place.take()]),
        4 => match place {
            Value::Array(list) if !list.is_empty() => {
                let index = chance.below(list.len());
                let copy = list[index].clone();
                list.push(copy);
            }
            Value::Object(fields) if !fields.is_empty() => {
                let index = chance.below(fields.len());
                let key = fields.keys().nth(index).cloned().unwrap_or_default();
                let value = fields.remove(&key).unwrap_or_default();
                fields.insert(format!("{key}_"), value);
            }
            place => *place = json!({ "key": place.take() }),
        },
        _ => match place {
            Value::Array(list) if !list.is_empty() => {
                let index = chance.below(list.len());
                list.remove(index);
            }
            Value::Object(fields) if !fields.is_empty() => {
                let index = chance.below(fields.len());
                let key = fields.keys().nth(index).cloned().unwrap_or_default();
                fields.remove(&key);
            }
            place => *place = Value::Null,
        },
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    }
}

fn size(value: &Value) -> usize {
    1 + children(value).into_iter().map(size).sum::<usize>()
}

/// The value at that place, counted from the root on.
fn nth<'a>(value: &'a mut Value, place: &mut usize) -> Option<&'a mut Value> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    let children: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => return None,
    };
    for child in children {
        let size = size(child);
        if *place < size {
            return nth(child, place);
        }
        *place -= size;
    }
    None
}

/// Changes some characters of a request.
pub fn mutate_text(text: &str, chance: &mut Chance) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=chance.below(3) {
        let place = chance.below(letters.len().max(1));
        let token = chance.pick(&[
            "{", "}", "[", "]", ",", ":", "\"", "\\", "1e999", "-", "NaN", "\u{0}", "\u{FFFD}", "\\ud800",
            " ",
        ]);
        match chance.below(3) {
            0 if place < letters.len() => {
                letters.remove(place);
            }
            1 => letters.truncate(place),
            _ => {
                letters.splice(place..place, token.chars());
            }
        }
    }
    letters.into_iter().collect()
}

/// Anything, mostly of what JSON is made of.
pub fn bytes(chance: &mut Chance) -> Vec<u8> {
    let json = b"{}[]:,\"\\truefalsn0123456789.eE+- ";
    let length = chance.below(60);
    (0..length)
        .map(|_| if chance.below(8) == 0 { chance.below(256) as u8 } else { *chance.pick(json) })
        .collect()
}

/// Requests of that depth, as text: as values they would be too deep to let go of.
pub fn deep(depth: usize) -> Vec<String> {
    let around = |open: &str, close: &str| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let field = |name: &str, value: String| format!("{{\"{name}\":{value}}}");
    vec![
        around("[", "]"),
        around("{\"a\":", "}"),
        field("filter", around("{\"must\":[", "]}")),
        field("filter", around("{\"nested\":{\"key\":\"a\",\"filter\":{\"must\":", "}}}")),
        field("prefetch", around("{\"prefetch\":", "}")),
        field("query", around("{\"formula\":{\"sum\":[", "]}}")),
        field("payload", around("{\"a\":", "}")),
        field("points", around("[", "]")),
    ]
}
