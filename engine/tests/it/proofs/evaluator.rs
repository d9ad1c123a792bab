//! What a filter means, in the plainest terms: JSON against JSON, one point at a time, no index.

use serde_json::{Map, Value};

use super::tables;
use super::tokens::TextIndex;

/// A point, as it was upserted.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub id: Value,
    pub vector: Map<String, Value>,
    pub payload: Map<String, Value>,
}

/// Type of the index of the field at a path, if it has one.
pub type Indexes = fn(&str) -> Option<&'static str>;

/// No indexes.
pub fn none(_path: &str) -> Option<&'static str> {
    None
}

/// Whether a point meets a filter. An index does not only make that faster: see `index_differences`.
pub fn matches(filter: &Value, point: &Point, indexes: Indexes) -> bool {
    Scope { payload: &point.payload, point: Some(point), indexes }.meets(filter)
}

/// What conditions look at: a point, or an element of an array in it.
#[derive(Clone, Copy)]
struct Scope<'a> {
    payload: &'a Map<String, Value>,
    point: Option<&'a Point>,
    indexes: Indexes,
}

impl<'a> Scope<'a> {
    fn meets(self, filter: &Value) -> bool {
        let clause = |name: &str| one_or_many(&filter[name]);
        let enough = match filter["min_should"].as_object() {
            Some(clause) => {
                let met = one_or_many(&clause["conditions"]).unwrap_or_default();
                let met = met.into_iter().filter(|condition| self.meets_condition(condition)).count();
                met as u64 >= clause["min_count"].as_u64().unwrap()
            }
            None => true,
        };
        enough
            && clause("must").is_none_or(|all| all.iter().all(|condition| self.meets_condition(condition)))
            && clause("must_not")
                .is_none_or(|none| !none.iter().any(|condition| self.meets_condition(condition)))
            && clause("should").is_none_or(|any| any.iter().any(|condition| self.meets_condition(condition)))
    }

    fn meets_condition(self, condition: &Value) -> bool {
        if let Some(key) = condition["is_empty"]["key"].as_str() {
            return self.is_empty(key);
        }
        if let Some(key) = condition["is_null"]["key"].as_str() {
            return self.is_null(key);
        }
        if let Some(ids) = condition["has_id"].as_array() {
            return self.point.is_some_and(|point| ids.contains(&point.id));
        }
        if let Some(name) = condition["has_vector"].as_str() {
            return self.point.is_some_and(|point| point.vector.contains_key(name));
        }
        if let Some(slice) = condition["slice"].as_object() {
            let hash = self.point.map(|point| tables::slice_hash(&point.id)).unwrap();
            return hash % slice["total"].as_u64().unwrap() == slice["index"].as_u64().unwrap();
        }
        if let Some(nested) = condition["nested"].as_object() {
            let key = nested["key"].as_str().unwrap();
            let key = if key.ends_with("[]") { key.to_owned() } else { format!("{key}[]") };
            let elements = self.values(&key);
            let mut objects = elements.into_iter().filter_map(Value::as_object);
            return objects
                .any(|payload| Scope { payload, point: None, indexes: none }.meets(&nested["filter"]));
        }
        let Some(key) = condition["key"].as_str() else { return self.meets(condition) };
        let values = self.values(key);
        let index = (self.indexes)(key);
        let is_of_one = index.is_some() || values.len() < 2;
        if let Some(expected) = condition["is_empty"].as_bool() {
            // Without an index it is enough that it holds for one of the values of a path.
            return if is_of_one {
                self.is_empty(key) == expected
            } else {
                values.into_iter().any(|value| (values_in(value) == 0) == expected)
            };
        }
        if let Some(expected) = condition["is_null"].as_bool() {
            return if is_of_one {
                self.is_null(key) == expected
            } else {
                values.into_iter().any(|value| has_null(value) == expected)
            };
        }
        if let Some(bounds) = condition.get("values_count") {
            let in_bounds = |count: usize| within(bounds, &(count as f64), |bound| bound.as_f64());
            return if values.is_empty() {
                in_bounds(0)
            } else {
                values.into_iter().any(|value| in_bounds(values_in(value)))
            };
        }
        // A list is met by any of its elements; lists within lists stay as they are.
        let mut values = values.into_iter().flat_map(|value| match value {
            Value::Array(elements) => elements.iter().collect(),
            value => vec![value],
        });
        if let (Some(index), Some(bounds)) = (index, condition.get("range"))
            && let Some(read) = number_in(index)
        {
            let bound =
                |bound: &Value| bound.as_str().map_or_else(|| bound.as_f64(), |text| micros(index, text));
            return values.any(|value| read(value).is_some_and(|number| within(bounds, &number, bound)));
        }
        match (index, &condition["match"]) {
            // To an index the texts of a list are one.
            (Some("text"), Value::Object(matched)) if matched.contains_key("text") => {
                let texts: Vec<_> = values.filter_map(Value::as_str).collect();
                TextIndex::default().has_all(&texts.join(" "), matched["text"].as_str().unwrap())
            }
            // An index has the values of its type only.
            (Some(index), Value::Object(matched)) if can_except(index, &matched.get("except")) => {
                values.any(|value| is_of(index, value) && meets_value(condition, value))
            }
            _ => values.any(|value| meets_value(condition, value)),
        }
    }

    fn is_empty(self, key: &str) -> bool {
        self.values(key).into_iter().all(|value| values_in(value) == 0)
    }

    fn is_null(self, key: &str) -> bool {
        self.values(key).into_iter().any(has_null)
    }

    /// The values at a path, such as `a.b[].c`; a list at its end is one value.
    fn values(&self, key: &str) -> Vec<&'a Value> {
        let mut steps = steps(key).into_iter();
        let Some(Step::Key(first)) = steps.next() else { panic!("{key} begins with no key") };
        let mut values: Vec<&Value> = self.payload.get(&first).into_iter().collect();
        for step in steps {
            values = match step {
                Step::Key(name) => {
                    values.into_iter().filter_map(|value| value.as_object()?.get(&name)).collect()
                }
                Step::Element(index) => {
                    values.into_iter().filter_map(|value| value.as_array()?.get(index)).collect()
                }
                Step::Elements => values.into_iter().filter_map(Value::as_array).flatten().collect(),
            };
        }
        values
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.contains(&Value::Null),
        value => value.is_null(),
    }
}

/// How an index of that type keeps a value, if it is one of numbers: dates are microseconds to it, and
/// so are the numbers that they are compared to.
fn number_in(index: &str) -> Option<fn(&Value) -> Option<f64>> {
    match index {
        "integer" => Some(|value| value.as_i64().map(|number| number as f64)),
        "float" => Some(Value::as_f64),
        "datetime" => Some(|value| value.as_str().and_then(tables::time).map(|micros| micros as f64)),
        _ => None,
    }
}

/// A date as a bound. An index of floats takes those before 1970 for very late ones.
fn micros(index: &str, text: &str) -> Option<f64> {
    let micros = tables::time(text)?;
    Some(if index == "float" { micros as u128 as f64 } else { micros as f64 })
}

/// Whether an index of that type has the value.
fn is_of(index: &str, value: &Value) -> bool {
    match index {
        "keyword" => value.is_string(),
        "uuid" => value.as_str().is_some_and(|text| text.parse::<uuid::Uuid>().is_ok()),
        "integer" => value.as_i64().is_some(),
        _ => false,
    }
}

/// Whether an index of that type can tell which values are none of the given ones.
fn can_except(index: &str, excepted: &Option<&Value>) -> bool {
    excepted.and_then(Value::as_array).is_some_and(|values| values.iter().all(|value| is_of(index, value)))
}

enum Step {
    Key(String),
    Element(usize),
    Elements,
}

/// The steps of a path. A key in quotes may hold anything but quotes.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (key, after) = quoted.split_once('"').unwrap();
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        } else if let Some(bracket) = rest.strip_prefix('[') {
            let (index, after) = bracket.split_once(']').unwrap();
            steps.push(if index.is_empty() { Step::Elements } else { Step::Element(index.parse().unwrap()) });
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.push(Step::Key(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    steps
}

fn one_or_many(clause: &Value) -> Option<Vec<Value>> {
    match clause {
        Value::Null => None,
        Value::Array(conditions) => Some(conditions.clone()),
        condition => Some(vec![condition.clone()]),
    }
}

fn values_in(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(elements) => elements.len(),
        _ => 1,
    }
}

/// Whether a value, which is no list, meets a condition on values.
fn meets_value(condition: &Value, value: &Value) -> bool {
    if let Some(matched) = condition.get("match") {
        return meets_match(matched, value);
    }
    if let Some(bounds) = condition.get("range") {
        let is_date = bounds.as_object().unwrap().values().any(Value::is_string);
        return if is_date {
            let time = value.as_str().and_then(tables::time);
            time.is_some_and(|time| within(bounds, &time, |bound| tables::time(bound.as_str()?)))
        } else {
            value.as_f64().is_some_and(|number| within(bounds, &number, Value::as_f64))
        };
    }
    let Some((lon, lat)) = value["lon"].as_f64().zip(value["lat"].as_f64()) else { return false };
    let place = |place: &Value| (place["lon"].as_f64().unwrap(), place["lat"].as_f64().unwrap());
    if let Some(circle) = condition.get("geo_radius") {
        return metres(place(&circle["center"]), (lon, lat)) < circle["radius"].as_f64().unwrap();
    }
    if let Some(area) = condition.get("geo_bounding_box") {
        let ((west, north), (east, south)) = (place(&area["top_left"]), place(&area["bottom_right"]));
        let between = if west > east { lon > west || lon < east } else { west < lon && lon < east };
        return between && south < lat && lat < north;
    }
    if let Some(polygon) = condition.get("geo_polygon") {
        let ring = |line: &Value| line["points"].as_array().unwrap().iter().map(place).collect::<Vec<_>>();
        let holes = polygon["interiors"].as_array().cloned().unwrap_or_default();
        return is_inside(&ring(&polygon["exterior"]), lon, lat)
            && !holes.iter().any(|hole| is_inside(&ring(hole), lon, lat));
    }
    panic!("unknown condition {condition}")
}

fn meets_match(matched: &Value, value: &Value) -> bool {
    // Numbers are integers only if written so: 1.0 is not 1.
    let equals = |wanted: &Value| match wanted {
        Value::Number(number) => value.as_i64().is_some_and(|value| Some(value) == number.as_i64()),
        wanted => value == wanted,
    };
    let text = value.as_str();
    let (kind, wanted) = matched.as_object().unwrap().iter().next().unwrap();
    let query = wanted.as_str().unwrap_or_default();
    match kind.as_str() {
        "value" => equals(wanted),
        "any" => wanted.as_array().unwrap().iter().any(equals),
        "except" => !value.is_null() && !wanted.as_array().unwrap().iter().any(equals),
        "prefix" => text.is_some_and(|text| text.starts_with(query)),
        "substring" => text.is_some_and(|text| text.contains(query)),
        "text" => text.is_some_and(|text| TextIndex::default().has_all(text, query)),
        "text_any" => text.is_some_and(|text| TextIndex::default().has_any(text, query)),
        "phrase" => text.is_some_and(|text| TextIndex::default().has_phrase(text, query)),
        kind => panic!("unknown match {kind}"),
    }
}

fn within<T: PartialOrd>(bounds: &Value, value: &T, read: impl Fn(&Value) -> Option<T>) -> bool {
    let holds = |name: &str, holds: fn(&T, &T) -> bool| {
        bounds
            .get(name)
            .filter(|bound| !bound.is_null())
            .is_none_or(|bound| holds(value, &read(bound).unwrap()))
    };
    holds("lt", T::lt) && holds("lte", T::le) && holds("gt", T::gt) && holds("gte", T::ge)
}

/// Length of the arc between two places on a sphere of the Earth's mean radius.
fn metres((lon, lat): (f64, f64), (other_lon, other_lat): (f64, f64)) -> f64 {
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let chord =
        half(lat, other_lat) + lat.to_radians().cos() * other_lat.to_radians().cos() * half(lon, other_lon);
    2.0 * 6_371_008.8 * chord.sqrt().asin()
}

/// Whether a ray to the east leaves the ring: it crosses an odd number of edges.
fn is_inside(ring: &[(f64, f64)], lon: f64, lat: f64) -> bool {
    let crossings = ring.windows(2).filter(|edge| {
        let ((x1, y1), (x2, y2)) = (edge[0], edge[1]);
        (y1 > lat) != (y2 > lat) && lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1)
    });
    crossings.count() % 2 == 1
}
