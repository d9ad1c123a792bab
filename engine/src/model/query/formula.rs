use std::collections::HashMap;

use qdrant_edge::{Condition, DecayKind, Expression as EdgeExpression, Formula, GeoPoint, JsonPath};
use serde::Deserialize;
use serde_json::Value;

use crate::model::validation::Faults;

/// Scores prefetched points by a formula: `{ formula, defaults }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FormulaQuery {
    /// The formula.
    pub formula: Expression,
    /// Values for variables that a point has not. Default: none, and such a point is an error.
    pub defaults: Option<HashMap<String, Value>>,
}

/// A part of a formula.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Expression {
    /// A number.
    Constant(f32),
    /// A payload field, or `$score` and `$score[i]`: the score in the only and in the i-th prefetch.
    Variable(String),
    /// 1 for points that meet the condition, else 0.
    Condition(Box<Condition>),
    /// Metres between a place and the one in a payload field.
    GeoDistance {
        /// The two places.
        geo_distance: GeoDistanceParams,
    },
    /// A date, as seconds since 1970.
    Datetime {
        /// The date in RFC 3339.
        datetime: String,
    },
    /// The date in a payload field, as seconds since 1970.
    DatetimeKey {
        /// The payload field.
        datetime_key: JsonPath,
    },
    /// A product.
    Mult {
        /// The factors.
        mult: Vec<Expression>,
    },
    /// A sum.
    Sum {
        /// The addends.
        sum: Vec<Expression>,
    },
    /// The negative.
    Neg {
        /// Of what.
        neg: Box<Expression>,
    },
    /// The absolute value.
    Abs {
        /// Of what.
        abs: Box<Expression>,
    },
    /// A quotient.
    Div {
        /// Of what.
        div: Box<DivParams>,
    },
    /// The square root.
    Sqrt {
        /// Of what.
        sqrt: Box<Expression>,
    },
    /// A power.
    Pow {
        /// Of what.
        pow: Box<PowParams>,
    },
    /// e to a power.
    Exp {
        /// The power.
        exp: Box<Expression>,
    },
    /// The logarithm to base 10.
    Log10 {
        /// Of what.
        log10: Box<Expression>,
    },
    /// The natural logarithm.
    Ln {
        /// Of what.
        ln: Box<Expression>,
    },
    /// Falls linearly with the distance from a target.
    LinDecay {
        /// How.
        lin_decay: Box<DecayParams>,
    },
    /// Falls exponentially with the distance from a target.
    ExpDecay {
        /// How.
        exp_decay: Box<DecayParams>,
    },
    /// Falls as a bell curve with the distance from a target.
    GaussDecay {
        /// How.
        gauss_decay: Box<DecayParams>,
    },
}

/// Two places.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct GeoDistanceParams {
    /// A place.
    pub origin: GeoPoint,
    /// The payload field with the other one.
    pub to: JsonPath,
}

/// The parts of a quotient.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DivParams {
    /// The dividend.
    pub left: Expression,
    /// The divisor.
    pub right: Expression,
    /// The value of a division by zero. Default: it is an error.
    pub by_zero_default: Option<f32>,
}

/// The parts of a power.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PowParams {
    /// The base.
    pub base: Expression,
    /// The exponent.
    pub exponent: Expression,
}

/// The shape of a decay.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DecayParams {
    /// What changes.
    pub x: Expression,
    /// Where the decay is 1. Default: 0.
    pub target: Option<Expression>,
    /// Distance from the target at which the decay is `midpoint`, above 0. Default: 1.
    pub scale: Option<f32>,
    /// The decay at distance `scale`, between 0 and 1. Default: 0.5.
    pub midpoint: Option<f32>,
}

impl Expression {
    /// Notes what is wrong with the conditions of the formula at `path`.
    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        let mut check = |field: &str, part: &Expression| part.check(&format!("{path}.{field}"), faults);
        match self {
            Self::Constant(_)
            | Self::Variable(_)
            | Self::GeoDistance { geo_distance: _ }
            | Self::Datetime { datetime: _ }
            | Self::DatetimeKey { datetime_key: _ } => {}
            Self::Condition(condition) => faults.within(path, Some(condition.as_ref())),
            Self::Mult { mult: parts } | Self::Sum { sum: parts } => {
                let field = if matches!(self, Self::Mult { .. }) { "mult" } else { "sum" };
                for (index, part) in parts.iter().enumerate() {
                    check(&format!("{field}[{index}]"), part);
                }
            }
            Self::Neg { neg } => check("neg", neg),
            Self::Abs { abs } => check("abs", abs),
            Self::Div { div } => {
                check("div.left", &div.left);
                check("div.right", &div.right);
            }
            Self::Sqrt { sqrt } => check("sqrt", sqrt),
            Self::Pow { pow } => {
                check("pow.base", &pow.base);
                check("pow.exponent", &pow.exponent);
            }
            Self::Exp { exp } => check("exp", exp),
            Self::Log10 { log10 } => check("log10", log10),
            Self::Ln { ln } => check("ln", ln),
            Self::LinDecay { lin_decay: decay }
            | Self::ExpDecay { exp_decay: decay }
            | Self::GaussDecay { gauss_decay: decay } => {
                let field = match self {
                    Self::LinDecay { .. } => "lin_decay",
                    Self::ExpDecay { .. } => "exp_decay",
                    _ => "gauss_decay",
                };
                check(&format!("{field}.x"), &decay.x);
                if let Some(target) = &decay.target {
                    check(&format!("{field}.target"), target);
                }
            }
        }
    }
}

impl From<FormulaQuery> for Formula {
    fn from(query: FormulaQuery) -> Self {
        let FormulaQuery { formula, defaults } = query;
        Formula { formula: formula.into(), defaults: defaults.unwrap_or_default() }
    }
}

impl From<Expression> for EdgeExpression {
    fn from(expression: Expression) -> Self {
        let boxed = |part: Box<Expression>| Box::new((*part).into());
        let list = |parts: Vec<Expression>| parts.into_iter().map(Into::into).collect();
        match expression {
            Expression::Constant(number) => Self::Constant(number),
            Expression::Variable(name) => Self::Variable(name),
            Expression::Condition(condition) => Self::Condition(condition),
            Expression::GeoDistance { geo_distance: GeoDistanceParams { origin, to } } => {
                Self::GeoDistance { origin, to }
            }
            Expression::Datetime { datetime } => Self::Datetime(datetime),
            Expression::DatetimeKey { datetime_key } => Self::DatetimeKey(datetime_key),
            Expression::Mult { mult } => Self::Mult(list(mult)),
            Expression::Sum { sum } => Self::Sum(list(sum)),
            Expression::Neg { neg } => Self::Neg(boxed(neg)),
            Expression::Abs { abs } => Self::Abs(boxed(abs)),
            Expression::Div { div } => {
                let DivParams { left, right, by_zero_default } = *div;
                Self::Div { left: Box::new(left.into()), right: Box::new(right.into()), by_zero_default }
            }
            Expression::Sqrt { sqrt } => Self::Sqrt(boxed(sqrt)),
            Expression::Pow { pow } => {
                let PowParams { base, exponent } = *pow;
                Self::Pow { base: Box::new(base.into()), exponent: Box::new(exponent.into()) }
            }
            Expression::Exp { exp } => Self::Exp(boxed(exp)),
            Expression::Log10 { log10 } => Self::Log10(boxed(log10)),
            Expression::Ln { ln } => Self::Ln(boxed(ln)),
            Expression::LinDecay { lin_decay } => decay(DecayKind::Lin, *lin_decay),
            Expression::ExpDecay { exp_decay } => decay(DecayKind::Exp, *exp_decay),
            Expression::GaussDecay { gauss_decay } => decay(DecayKind::Gauss, *gauss_decay),
        }
    }
}

fn decay(kind: DecayKind, params: DecayParams) -> EdgeExpression {
    let DecayParams { x, target, scale, midpoint } = params;
    let target = target.map(|target| Box::new(target.into()));
    EdgeExpression::Decay { kind, x: Box::new(x.into()), target, midpoint, scale }
}
