//! Which payload indexes a filter or a formula needs, and which of them are missing.

use std::collections::HashMap;

use qdrant_edge::{
    AnyVariants, Condition, FieldCondition, Filter, JsonPath, KeywordIndexParams, Match, PayloadFieldSchema,
    PayloadSchemaParams, PayloadSchemaType, RangeInterface, TextIndexParams, ValueVariants,
};
use uuid::Uuid;

use crate::model::Expression;

/// The payload indexes of a collection.
pub(super) type Schema = HashMap<JsonPath, PayloadFieldSchema>;

/// A field without an index that serves its use, and the kinds of index that would.
#[derive(Debug, PartialEq)]
pub(super) struct Unindexed {
    pub(super) field: JsonPath,
    /// In the server's words, sorted.
    pub(super) kinds: Vec<String>,
}

/// What an index can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    IntegerMatch,
    IntegerRange,
    KeywordMatch,
    KeywordPrefix,
    FloatRange,
    Text,
    TextPhrase,
    BoolMatch,
    UuidMatch,
    UuidRange,
    DatetimeRange,
    Geo,
}

impl Use {
    const ALL: [Self; 12] = [
        Self::IntegerMatch,
        Self::IntegerRange,
        Self::KeywordMatch,
        Self::KeywordPrefix,
        Self::FloatRange,
        Self::Text,
        Self::TextPhrase,
        Self::BoolMatch,
        Self::UuidMatch,
        Self::UuidRange,
        Self::DatetimeRange,
        Self::Geo,
    ];

    /// The simplest index that serves this use.
    fn schema(self) -> PayloadFieldSchema {
        let kind = match self {
            Self::KeywordPrefix => {
                let params = KeywordIndexParams { prefix: Some(true), ..KeywordIndexParams::default() };
                return PayloadFieldSchema::FieldParams(PayloadSchemaParams::Keyword(params));
            }
            Self::TextPhrase => {
                let params = TextIndexParams { phrase_matching: Some(true), ..TextIndexParams::default() };
                return PayloadFieldSchema::FieldParams(PayloadSchemaParams::Text(params));
            }
            Self::IntegerMatch | Self::IntegerRange => PayloadSchemaType::Integer,
            Self::KeywordMatch => PayloadSchemaType::Keyword,
            Self::FloatRange => PayloadSchemaType::Float,
            Self::Text => PayloadSchemaType::Text,
            Self::BoolMatch => PayloadSchemaType::Bool,
            Self::UuidMatch | Self::UuidRange => PayloadSchemaType::Uuid,
            Self::DatetimeRange => PayloadSchemaType::Datetime,
            Self::Geo => PayloadSchemaType::Geo,
        };
        PayloadFieldSchema::FieldType(kind)
    }
}

/// Whether an index serves a use.
fn serves(schema: &PayloadFieldSchema, wanted: Use) -> bool {
    match schema.expand().as_ref() {
        PayloadSchemaParams::Keyword(params) => match wanted {
            Use::KeywordPrefix => params.prefix.unwrap_or(false),
            wanted => wanted == Use::KeywordMatch,
        },
        PayloadSchemaParams::Integer(params) => match wanted {
            Use::IntegerMatch => params.lookup.unwrap_or(true),
            Use::IntegerRange => params.range.unwrap_or(true),
            _ => false,
        },
        PayloadSchemaParams::Text(params) => match wanted {
            Use::TextPhrase => params.phrase_matching.unwrap_or(false),
            wanted => wanted == Use::Text,
        },
        PayloadSchemaParams::Float(_) => wanted == Use::FloatRange,
        PayloadSchemaParams::Geo(_) => wanted == Use::Geo,
        PayloadSchemaParams::Bool(_) => wanted == Use::BoolMatch,
        PayloadSchemaParams::Datetime(_) => wanted == Use::DatetimeRange,
        PayloadSchemaParams::Uuid(_) => matches!(wanted, Use::UuidMatch | Use::UuidRange),
    }
}

/// The first field of a filter that no index serves.
pub(super) fn in_filter(schema: &Schema, filter: &Filter) -> Option<Unindexed> {
    below(schema, None, filter)
}

fn below(schema: &Schema, array: Option<&JsonPath>, filter: &Filter) -> Option<Unindexed> {
    filter.iter_conditions().find_map(|condition| in_condition(schema, array, condition))
}

fn in_condition(schema: &Schema, array: Option<&JsonPath>, condition: &Condition) -> Option<Unindexed> {
    match condition {
        Condition::Field(field) => missing(schema, array, &field.key, &uses(field)),
        // Whether a field has a value is known to any index of it.
        Condition::IsEmpty(condition) => missing(schema, array, &condition.is_empty.key, &Use::ALL),
        Condition::IsNull(condition) => missing(schema, array, &condition.is_null.key, &Use::ALL),
        Condition::Nested(nested) => {
            let array = JsonPath::extend_or_new(array, &nested.nested.key.array_key());
            below(schema, Some(&array), &nested.nested.filter)
        }
        Condition::Filter(filter) => below(schema, array, filter),
        Condition::HasId(_)
        | Condition::HasVector(_)
        | Condition::Slice(_)
        | Condition::CustomIdChecker(_) => None,
    }
}

/// The uses of which one is enough for the condition; none for a condition that needs no index.
fn uses(condition: &FieldCondition) -> Vec<Use> {
    let FieldCondition {
        key: _,
        r#match,
        range,
        geo_bounding_box,
        geo_radius,
        geo_polygon,
        values_count,
        is_empty,
        is_null,
    } = condition;
    let mut uses = Vec::new();
    match r#match {
        None => {}
        Some(Match::Value(value)) => match &value.value {
            ValueVariants::String(text) => uses.extend(of_keywords([text.as_str()])),
            ValueVariants::Integer(_) => uses.push(Use::IntegerMatch),
            ValueVariants::Bool(_) => uses.push(Use::BoolMatch),
        },
        Some(Match::Any(any)) => uses.extend(of_variants(&any.any)),
        Some(Match::Except(except)) => uses.extend(of_variants(&except.except)),
        Some(Match::Text(_) | Match::TextAny(_)) => uses.push(Use::Text),
        Some(Match::Phrase(_)) => uses.push(Use::TextPhrase),
        Some(Match::Prefix(_) | Match::Substring(_)) => uses.push(Use::KeywordPrefix),
    }
    match range {
        None => {}
        Some(RangeInterface::Float(_)) => uses.extend([Use::FloatRange, Use::IntegerRange]),
        Some(RangeInterface::DateTime(_)) => uses.push(Use::DatetimeRange),
    }
    if geo_bounding_box.is_some() || geo_radius.is_some() || geo_polygon.is_some() {
        uses.push(Use::Geo);
    }
    if values_count.is_some() || is_empty.is_some() || is_null.is_some() {
        uses.extend(Use::ALL);
    }
    uses
}

fn of_variants(variants: &AnyVariants) -> Vec<Use> {
    match variants {
        // An empty list has no type: it matches nothing, or everything, without an index.
        AnyVariants::Strings(texts) if texts.is_empty() => Vec::new(),
        AnyVariants::Strings(texts) => of_keywords(texts.iter().map(|text| text.as_str())),
        AnyVariants::Integers(numbers) if numbers.is_empty() => Vec::new(),
        AnyVariants::Integers(_) => vec![Use::IntegerMatch],
    }
}

fn of_keywords<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Use> {
    if texts.into_iter().all(|text| Uuid::try_parse(text).is_ok()) {
        vec![Use::UuidMatch, Use::KeywordMatch]
    } else {
        vec![Use::KeywordMatch]
    }
}

fn missing(schema: &Schema, array: Option<&JsonPath>, field: &JsonPath, uses: &[Use]) -> Option<Unindexed> {
    let field = JsonPath::extend_or_new(array, field);
    let indexed = schema.get(&field).is_some_and(|index| uses.iter().any(|wanted| serves(index, *wanted)));
    if uses.is_empty() || indexed {
        return None;
    }
    let mut kinds: Vec<_> = uses.iter().map(|wanted| wanted.schema().to_string()).collect();
    kinds.sort();
    kinds.dedup();
    Some(Unindexed { field, kinds })
}

/// The first field of a formula that no index serves.
pub(super) fn in_expression(schema: &Schema, expression: &Expression) -> Option<Unindexed> {
    match expression {
        Expression::Constant(_) | Expression::Datetime { datetime: _ } => None,
        Expression::Variable(name) => {
            if name.starts_with('$') {
                return None; // a score
            }
            // What is no field is refused elsewhere.
            let field = JsonPath::try_from(name.as_str()).ok()?;
            missing(schema, None, &field, &[Use::IntegerMatch, Use::IntegerRange, Use::FloatRange])
        }
        Expression::Condition(condition) => in_condition(schema, None, condition),
        Expression::GeoDistance { geo_distance } => missing(schema, None, &geo_distance.to, &[Use::Geo]),
        Expression::DatetimeKey { datetime_key } => {
            missing(schema, None, datetime_key, &[Use::DatetimeRange])
        }
        Expression::Mult { mult: parts } | Expression::Sum { sum: parts } => {
            parts.iter().find_map(|part| in_expression(schema, part))
        }
        Expression::Div { div } => {
            in_expression(schema, &div.left).or_else(|| in_expression(schema, &div.right))
        }
        Expression::Pow { pow } => {
            in_expression(schema, &pow.base).or_else(|| in_expression(schema, &pow.exponent))
        }
        Expression::Neg { neg: part }
        | Expression::Abs { abs: part }
        | Expression::Sqrt { sqrt: part }
        | Expression::Exp { exp: part }
        | Expression::Log10 { log10: part }
        | Expression::Ln { ln: part } => in_expression(schema, part),
        Expression::LinDecay { lin_decay: decay }
        | Expression::ExpDecay { exp_decay: decay }
        | Expression::GaussDecay { gauss_decay: decay } => in_expression(schema, &decay.x)
            .or_else(|| decay.target.as_ref().and_then(|target| in_expression(schema, target))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn schema(fields: Value) -> Schema {
        serde_json::from_value(fields).unwrap()
    }

    fn unindexed(fields: Value, condition: Value) -> Option<String> {
        let filter: Filter = serde_json::from_value(json!({ "must": [condition] })).unwrap();
        in_filter(&schema(fields), &filter)
            .map(|Unindexed { field, kinds }| format!("{field}: {}", kinds.join(", ")))
    }

    #[test]
    fn a_condition_needs_an_index_that_serves_it() {
        let text = |text: &str| Some(text.to_owned());
        let city = json!({ "key": "city", "match": { "value": "Oslo" } });
        assert_eq!(unindexed(json!({}), city.clone()), text("city: keyword"));
        assert_eq!(unindexed(json!({ "city": "text" }), city.clone()), text("city: keyword"));
        assert_eq!(unindexed(json!({ "city": "keyword" }), city), None);

        let range = json!({ "key": "n", "range": { "gt": 1 } });
        assert_eq!(unindexed(json!({}), range.clone()), text("n: float, integer"));
        assert_eq!(unindexed(json!({ "n": "integer" }), range.clone()), None);
        let lookup_only = json!({ "n": { "type": "integer", "range": false, "lookup": true } });
        assert_eq!(unindexed(lookup_only, range), text("n: float, integer"));

        let prefix = json!({ "key": "k", "match": { "prefix": "a" } });
        assert_eq!(unindexed(json!({ "k": "keyword" }), prefix), text("k: keyword (with prefix: true)"));
        let phrase = json!({ "key": "t", "match": { "phrase": "a b" } });
        assert_eq!(unindexed(json!({ "t": "text" }), phrase), text("t: text (with phrase_matching: true)"));
        let uuid = json!({ "key": "u", "match": { "value": "936DA01F-9ABD-4d9d-80C7-02AF85C822A8" } });
        assert_eq!(unindexed(json!({}), uuid), text("u: keyword, uuid"));
    }

    #[test]
    fn conditions_on_presence_need_any_index_and_those_on_ids_none() {
        assert_eq!(unindexed(json!({ "a": "geo" }), json!({ "is_empty": { "key": "a" } })), None);
        assert!(unindexed(json!({}), json!({ "is_null": { "key": "a" } })).is_some());
        assert_eq!(unindexed(json!({}), json!({ "has_id": [1] })), None);
        assert_eq!(unindexed(json!({}), json!({ "key": "a", "match": { "any": [] } })), None);
    }

    #[test]
    fn nested_fields_are_those_of_the_array_elements() {
        let nested = json!({ "nested": { "key": "dishes", "filter": { "must": [
            { "key": "name", "match": { "value": "soup" } },
        ] } } });
        assert_eq!(
            unindexed(json!({ "name": "keyword" }), nested.clone()),
            Some("dishes[].name: keyword".to_owned())
        );
        assert_eq!(unindexed(json!({ "dishes[].name": "keyword" }), nested), None);
    }

    #[test]
    fn a_formula_needs_indexes_for_its_fields() {
        let fields = |formula: Value, fields: Value| {
            let expression: Expression = serde_json::from_value(formula).unwrap();
            in_expression(&schema(fields), &expression).map(|unindexed| unindexed.field.to_string())
        };
        let formula = json!({ "sum": ["$score", { "mult": [0.5, "rank"] }] });
        assert_eq!(fields(formula.clone(), json!({})), Some("rank".to_owned()));
        assert_eq!(fields(formula, json!({ "rank": "integer" })), None);
        let geo = json!({ "exp_decay": { "x": { "geo_distance": { "origin": { "lat": 1, "lon": 2 }, "to": "place" } } } });
        assert_eq!(fields(geo, json!({ "place": "keyword" })), Some("place".to_owned()));
    }
}
