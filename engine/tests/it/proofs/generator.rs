//! Points and filters by chance, from few values so that they meet.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::evaluator::Point;
use super::tables::TIMES;

const UUIDS: [&str; 3] = [
    "550e8400-e29b-41d4-a716-446655440000",
    "936da01f-9abd-4d9d-80c7-02af85c822a8",
    "00000000-0000-0000-0000-000000000001",
];

const WORDS: [&str; 12] =
    ["Quick", "quick", "brown-fox", "fox", "the", "lazy", "dogs", "dog", "  ", "Straße", "кот", "a.b,c"];

/// The fields of a payload, with the schema of an index that fits their values.
pub fn fields() -> Vec<(&'static str, Value)> {
    let text = json!({ "type": "text", "tokenizer": "word", "lowercase": true, "phrase_matching": true });
    vec![
        ("keyword", json!("keyword")),
        ("uuid", json!("uuid")),
        ("integer", json!("integer")),
        ("float", json!("float")),
        ("bool", json!("bool")),
        ("time", json!("datetime")),
        ("place", json!("geo")),
        ("text", text),
        ("object.keyword", json!("keyword")),
        ("object.integer", json!("integer")),
        ("items[].keyword", json!("keyword")),
        ("items[].integer", json!("integer")),
        ("items[].parts[].float", json!("float")),
        ("\"dotted.key\"", json!("keyword")),
    ]
}

/// Type of the index of a field, once all have one.
pub fn index_type(path: &str) -> Option<&'static str> {
    let types = ["keyword", "uuid", "integer", "float", "bool", "datetime", "geo", "text"];
    let (_, schema) = fields().into_iter().find(|(field, _)| *field == path)?;
    let name = schema["type"].as_str().or(schema.as_str())?;
    types.into_iter().find(|known| *known == name)
}

/// Paths that no field is indexed by.
const OTHER_PATHS: [&str; 6] =
    ["missing", "object", "items", "items[0].keyword", "keyword[]", "object.missing.x"];

/// Length of the vector `dense`: so many of them are worth an index of their own.
pub const DENSE_SIZE: usize = 16;

/// Ids of every kind.
pub fn ids() -> Vec<Value> {
    let mut ids: Vec<Value> = (0..40u64).map(Into::into).collect();
    ids.extend([json!(u64::MAX), json!(1u64 << 53)]);
    ids.extend(UUIDS.map(Value::from));
    ids
}

/// Points with ids of their own, few or many, with any of their vectors.
pub fn points() -> impl Strategy<Value = Vec<Point>> {
    subsequence(ids(), 25..=45).prop_flat_map(|ids| {
        let points: Vec<_> = ids.into_iter().map(point).collect();
        points
    })
}

/// A point of that id.
pub fn point(id: Value) -> impl Strategy<Value = Point> {
    (vectors(), payload()).prop_map(move |(vector, payload)| Point { id: id.clone(), vector, payload })
}

fn vectors() -> impl Strategy<Value = Map<String, Value>> {
    // Exact in 32 bits, and as sums of products.
    let number = || (-8..8i8).prop_map(|number| f64::from(number) / 2.0);
    let dense = vec(number(), DENSE_SIZE).prop_map(|numbers| json!(numbers));
    let sparse = (subsequence(vec![0u32, 1, 7, u32::MAX], 1..3), vec(number(), 2))
        .prop_map(|(indices, values)| json!({ "indices": indices, "values": values[..indices.len()] }));
    let multi = vec(vec(number(), 2), 1..3).prop_map(|rows| json!(rows));
    let vectors = (maybe(4, dense), maybe(1, sparse), maybe(1, multi));
    vectors.prop_map(|(dense, sparse, multi)| {
        let vectors = [("dense", dense), ("sparse", sparse), ("multi", multi)];
        vectors.into_iter().filter_map(|(name, vector)| Some((name.to_owned(), vector?))).collect()
    })
}

/// A payload of the known fields.
pub fn payload() -> impl Strategy<Value = Map<String, Value>> {
    let part = object(vec![("float", field(float()).boxed())]);
    let item = object(vec![
        ("keyword", field(keyword()).boxed()),
        ("integer", field(integer()).boxed()),
        ("parts", vec(part, 0..3).prop_map(Value::from).boxed()),
    ]);
    let items = prop_oneof![
        6 => vec(item.clone(), 0..4).prop_map(Value::from),
        1 => vec(prop_oneof![item, anything()], 0..3).prop_map(Value::from),
        1 => anything(),
    ];
    let inner = object(vec![("keyword", field(keyword()).boxed()), ("integer", field(integer()).boxed())]);
    let fields = object(vec![
        ("keyword", field(keyword()).boxed()),
        ("uuid", field(select(UUIDS.map(Value::from).to_vec())).boxed()),
        ("integer", field(integer()).boxed()),
        ("float", field(float()).boxed()),
        ("bool", field(any::<bool>().prop_map(Value::from)).boxed()),
        ("time", field(time()).boxed()),
        ("place", field(place()).boxed()),
        ("text", field(text()).boxed()),
        ("object", prop_oneof![6 => inner, 1 => anything()].boxed()),
        ("items", items.boxed()),
        ("dotted.key", field(keyword()).boxed()),
    ]);
    fields.prop_map(|fields| fields.as_object().unwrap().clone())
}

/// Values of one kind as they come: alone, in a list, null, absent, or of a wrong kind.
fn field(value: impl Strategy<Value = Value> + Clone + 'static) -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => value.clone(),
        3 => vec(value.clone(), 0..4).prop_map(Value::from),
        1 => vec(prop_oneof![2 => value, 1 => anything()], 0..3).prop_map(Value::from),
        1 => anything(),
    ]
}

fn anything() -> impl Strategy<Value = Value> + Clone {
    select(vec![
        json!(null),
        json!(true),
        json!(7),
        json!("red"),
        json!({}),
        json!([]),
        json!([null]),
        json!([[1, "red"]]),
        json!({ "lon": 1 }),
    ])
}

fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Value> + Clone {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(name, value)| maybe(3, value).prop_map(move |value| Some((name.to_owned(), value?))).boxed())
        .collect();
    fields.prop_map(|fields| Value::Object(fields.into_iter().flatten().collect())).boxed()
}

fn maybe<S: Strategy>(weight: u32, value: S) -> impl Strategy<Value = Option<S::Value>> {
    proptest::option::weighted(f64::from(weight) / f64::from(weight + 1), value)
}

fn keyword() -> impl Strategy<Value = Value> + Clone {
    select(["red", "redwood", "Red", "blue", "", "синий"].map(Value::from).to_vec())
}

fn integer() -> impl Strategy<Value = Value> + Clone {
    let large = [i64::MAX, i64::MIN, (1 << 53) + 1].map(Value::from).to_vec();
    prop_oneof![8 => (-2..5i64).prop_map(Value::from), 1 => select(large)]
}

fn float() -> impl Strategy<Value = Value> + Clone {
    select([-1.5, -0.0, 0.1, 1.0, 2.5, 1e300].map(Value::from).to_vec())
}

fn time() -> impl Strategy<Value = Value> + Clone {
    select(TIMES.map(|(text, _)| text.into()).to_vec())
}

/// Whole degrees. What is in an area is compared to borders between them.
fn place() -> impl Strategy<Value = Value> + Clone {
    let near = (-3..4i32, -3..4i32);
    let far = (select(vec![-180, -179, -90, 0, 90, 179]), select(vec![-89, -45, 0, 45, 89]));
    prop_oneof![2 => near, 1 => far].prop_map(|(lon, lat)| json!({ "lon": lon, "lat": lat }))
}

/// A few words.
pub fn text() -> impl Strategy<Value = Value> + Clone {
    vec(select(WORDS.to_vec()), 0..5).prop_map(|words| words.join(" ").into())
}

/// A filter, with filters in it to that depth.
pub fn filter(depth: u32) -> BoxedStrategy<Value> {
    filter_of(condition(), depth, true)
}

fn filter_of(leaf: BoxedStrategy<Value>, depth: u32, is_of_points: bool) -> BoxedStrategy<Value> {
    let condition = if depth == 0 {
        leaf
    } else {
        let inner = filter_of(leaf.clone(), depth - 1, is_of_points);
        let nested = if is_of_points { nested(depth - 1) } else { inner.clone() };
        prop_oneof![5 => leaf, 2 => inner, 1 => nested].boxed()
    };
    let clause = vec(condition.clone(), 1..4).prop_map(Value::from);
    let clause = prop_oneof![3 => clause, 1 => condition.clone()].boxed();
    let min_should = (vec(condition, 1..4), 1..3u64)
        .prop_map(|(conditions, min_count)| json!({ "conditions": conditions, "min_count": min_count }));
    let clauses = (
        maybe(1, clause.clone()),
        maybe(1, clause.clone()),
        maybe(1, clause),
        proptest::option::weighted(0.2, min_should),
    );
    clauses
        .prop_map(|(must, should, must_not, min_should)| {
            let clauses =
                [("must", must), ("should", should), ("must_not", must_not), ("min_should", min_should)];
            clauses.into_iter().filter_map(|(name, clause)| Some((name.to_owned(), clause?))).collect()
        })
        .boxed()
}

/// A condition on the elements of an array.
fn nested(depth: u32) -> BoxedStrategy<Value> {
    let of_items = vec![
        ("keyword", "keyword"),
        ("integer", "integer"),
        ("parts[].float", "float"),
        ("missing", "keyword"),
    ];
    let of_parts = vec![("float", "float"), ("missing", "float")];
    let arrays = vec![("items", of_items.clone()), ("items[]", of_items), ("items[].parts", of_parts)];
    select(arrays)
        .prop_flat_map(move |(array, fields)| {
            let leaf = select(fields).prop_flat_map(|(path, kind)| on_field(path, kind)).boxed();
            filter_of(leaf, depth, false)
                .prop_map(move |filter| json!({ "nested": { "key": array, "filter": filter } }))
        })
        .boxed()
}

/// A condition on ids.
pub fn has_id() -> impl Strategy<Value = Value> {
    subsequence(ids(), 0..6).prop_map(|ids| json!({ "has_id": ids }))
}

fn condition() -> BoxedStrategy<Value> {
    let kinds = ["keyword", "uuid", "integer", "float", "bool", "time", "place", "text"];
    let fitting = fields().into_iter().map(|(path, schema)| {
        let kind = schema["type"].as_str().or(schema.as_str()).unwrap().to_owned();
        (
            path,
            match kind.as_str() {
                "datetime" => "time",
                "geo" => "place",
                kind => kinds.into_iter().find(|known| *known == kind).unwrap(),
            },
        )
    });
    let fitting: Vec<_> = fitting.collect();
    let mut paths: Vec<_> = fitting.iter().map(|(path, _)| *path).collect();
    paths.extend(OTHER_PATHS);
    let unfitting = (select(paths), select(kinds.to_vec()));
    let has_vector = select(vec!["dense", "sparse", "multi"]).prop_map(|name| json!({ "has_vector": name }));
    let slice = (1..5u32).prop_flat_map(|total| {
        (0..total).prop_map(move |index| json!({ "slice": { "total": total, "index": index } }))
    });
    prop_oneof![
        12 => select(fitting).prop_flat_map(|(path, kind)| on_field(path, kind)),
        2 => unfitting.prop_flat_map(|(path, kind)| on_field(path, kind)),
        1 => has_id(),
        1 => has_vector,
        1 => slice,
    ]
    .boxed()
}

/// A condition on the field at a path, as if its values were of that kind.
fn on_field(path: &'static str, kind: &str) -> BoxedStrategy<Value> {
    let on_values = match kind {
        "keyword" => matches(keyword()),
        "uuid" => matches(select(UUIDS.map(Value::from).to_vec())),
        "integer" => prop_oneof![matches(integer()), range((-3..6i64).prop_map(Value::from))].boxed(),
        "float" => range(float()),
        "bool" => any::<bool>().prop_map(|value| json!({ "match": { "value": value } })).boxed(),
        "time" => range(select(
            TIMES
                .iter()
                .filter(|(_, time)| time.is_some())
                .map(|(text, _)| (*text).into())
                .collect::<Vec<Value>>(),
        )),
        "place" => area(),
        "text" => (select(vec!["text", "text_any", "phrase"]), text())
            .prop_map(|(kind, text)| json!({ "match": { kind: text } }))
            .boxed(),
        kind => panic!("unknown kind {kind}"),
    };
    let counts =
        range((0..4u64).prop_map(Value::from)).prop_map(|range| json!({ "values_count": range["range"] }));
    let on_field = prop_oneof![
        8 => on_values,
        1 => counts,
        1 => any::<bool>().prop_map(|is_empty| json!({ "is_empty": is_empty })),
        1 => any::<bool>().prop_map(|is_null| json!({ "is_null": is_null })),
    ];
    let on_field = on_field.prop_map(move |mut condition| {
        condition["key"] = path.into();
        condition
    });
    prop_oneof![
        8 => on_field,
        1 => Just(json!({ "is_empty": { "key": path } })),
        1 => Just(json!({ "is_null": { "key": path } })),
    ]
    .boxed()
}

fn matches(value: impl Strategy<Value = Value> + Clone + 'static) -> BoxedStrategy<Value> {
    let of_one = prop_oneof![4 => Just("value"), 1 => Just("prefix"), 1 => Just("substring")];
    let one = (of_one, value.clone()).prop_map(|(kind, value)| {
        let kind = if value.is_string() { kind } else { "value" };
        json!({ "match": { kind: value } })
    });
    let many = (select(vec!["any", "except"]), vec(value, 1..20))
        .prop_map(|(kind, values)| json!({ "match": { kind: values } }));
    prop_oneof![one, many].boxed()
}

fn range(bound: impl Strategy<Value = Value> + Clone + 'static) -> BoxedStrategy<Value> {
    let one = (select(vec!["gt", "gte", "lt", "lte"]), bound.clone())
        .prop_map(|(name, bound)| json!({ "range": { name: bound } }));
    let both = (select(vec!["gt", "gte"]), bound.clone(), select(vec!["lt", "lte"]), bound)
        .prop_map(|(lower, low, upper, high)| json!({ "range": { lower: low, upper: high } }));
    prop_oneof![one, both].boxed()
}

/// Borders are between the whole degrees that places have.
fn area() -> BoxedStrategy<Value> {
    let degree = || (-4..4i32).prop_map(|degree| f64::from(degree) + 0.5);
    let corner = || prop_oneof![4 => degree().boxed(), 1 => select(vec![-178.5, -44.5, 44.5, 178.5]).boxed()];
    let place = |lon: f64, lat: f64| json!({ "lon": lon, "lat": lat });
    let radius = (corner(), degree(), select(vec![1e5, 3.3e5, 4.4e6, 3e7])).prop_map(
        move |(lon, lat, radius)| json!({ "geo_radius": { "center": place(lon, lat), "radius": radius } }),
    );
    let latitudes = || (degree(), degree()).prop_map(|(a, b)| (a.max(b), a.min(b)));
    // Over the antimeridian, an index has only the ends of wide areas: see `index_differences`.
    let longitudes = prop_oneof![
        6 => (corner(), corner()).prop_map(|(a, b)| (a.min(b), a.max(b))),
        1 => Just((178.5, -178.5)),
    ];
    let bounding_box = (longitudes, latitudes()).prop_map(move |((west, east), (north, south))| {
        json!({ "geo_bounding_box": { "top_left": place(west, north), "bottom_right": place(east, south) } })
    });
    let ring = move |reach: f64, lon: f64, lat: f64| {
        // A slanted square, whose edges meet no whole degree.
        let corners = [(-reach, -0.3), (0.3, -reach), (reach, 0.3), (-0.3, reach), (-reach, -0.3)];
        let points: Vec<_> = corners.iter().map(|(x, y)| place(lon + x * 1.01, lat + y * 1.013)).collect();
        json!({ "points": points })
    };
    let polygon = (degree(), degree(), any::<bool>()).prop_map(move |(lon, lat, has_hole)| {
        let interiors = if has_hole { json!([ring(1.1, lon, lat)]) } else { Value::Null };
        json!({ "geo_polygon": { "exterior": ring(2.7, lon, lat), "interiors": interiors } })
    });
    prop_oneof![radius, bounding_box, polygon].boxed()
}
