//! How an answer is written: JSON text, and apart from it what JavaScript cannot read, or not fast enough.

use std::fmt::Display;
use std::io::{self, Write};
use std::str;

use serde_json::ser::{CompactFormatter, Formatter};

/// Largest integer that a JavaScript number holds exactly.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Begins a string that stands for a larger integer.
const BIGINT_MARK: &str = "\\u0000n:";

/// Begins a string that stands for a list of numbers: where it begins among those set apart, and its length.
const FLOATS_MARK: &str = "\\u0000f64:";

/// Shorter lists are cheap to read as text.
const MIN_APART: usize = 8;

/// Marks integers that JavaScript numbers cannot hold, and sets lists of float32 numbers apart: only vectors
/// and scores of the engine are, numbers of payloads never.
#[derive(Default)]
pub(super) struct AnswerFormatter {
    inner: CompactFormatter,
    pub has_bigints: bool,
    floats: Vec<f32>,
    list: List,
}

/// What is known of the innermost list.
#[derive(Clone, Copy, Default)]
enum List {
    /// It is being written as text, or there is none.
    #[default]
    Text,
    /// It has begun, of which nothing is written yet.
    Begun,
    /// So far all of it are float32 numbers, set apart from this place on.
    Floats(usize),
}

impl AnswerFormatter {
    /// The numbers that were set apart, as whoever reads their shortest decimal form has them: the `0.1` of a
    /// float32 is that of a float64.
    pub fn into_numbers(self) -> io::Result<Vec<f64>> {
        let Self { mut inner, floats, has_bigints: _, list: _ } = self;
        let mut digits = Vec::with_capacity(24);
        let mut widened = |float| {
            digits.clear();
            inner.write_f32(&mut digits, float)?;
            let digits = str::from_utf8(&digits).map_err(io::Error::other)?;
            digits.parse().map_err(io::Error::other)
        };
        floats.into_iter().map(&mut widened).collect()
    }

    /// Writes as text what was held back of the innermost list.
    fn as_text<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let start = match std::mem::take(&mut self.list) {
            List::Text => return Ok(()),
            List::Begun => self.floats.len(),
            List::Floats(start) => start,
        };
        self.inner.begin_array(writer)?;
        for (index, float) in self.floats.drain(start..).enumerate() {
            self.inner.begin_array_value(writer, index == 0)?;
            self.inner.write_f32(writer, float)?;
        }
        Ok(())
    }

    /// As [`as_text`](Self::as_text), when another value follows that is no float32.
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let follows = matches!(self.list, List::Floats(_));
        self.as_text(writer)?;
        if follows { self.inner.begin_array_value(writer, false) } else { Ok(()) }
    }

    fn write_marked<W: ?Sized + Write>(&mut self, writer: &mut W, value: impl Display) -> io::Result<()> {
        self.has_bigints = true;
        write!(writer, "\"{BIGINT_MARK}{value}\"")
    }
}

macro_rules! opening {
    ($($method:ident($($value:ident: $type:ty)?);)*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $value: $type)?) -> io::Result<()> {
            self.open(writer)?;
            self.inner.$method(writer $(, $value)?)
        })*
    };
}

impl Formatter for &mut AnswerFormatter {
    opening! {
        write_null();
        write_bool(value: bool);
        write_i8(value: i8);
        write_i16(value: i16);
        write_i32(value: i32);
        write_i128(value: i128);
        write_u8(value: u8);
        write_u16(value: u16);
        write_u32(value: u32);
        write_u128(value: u128);
        write_f64(value: f64);
        write_number_str(value: &str);
        begin_string();
        begin_object();
        write_raw_fragment(fragment: &str);
    }

    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        self.open(writer)?;
        if value > MAX_SAFE_INTEGER {
            self.write_marked(writer, value)
        } else {
            self.inner.write_u64(writer, value)
        }
    }

    fn write_i64<W: ?Sized + Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        self.open(writer)?;
        if value.unsigned_abs() > MAX_SAFE_INTEGER {
            self.write_marked(writer, value)
        } else {
            self.inner.write_i64(writer, value)
        }
    }

    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        match self.list {
            List::Text => return self.inner.write_f32(writer, value),
            List::Begun => self.list = List::Floats(self.floats.len()),
            List::Floats(_) => {}
        }
        self.floats.push(value);
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer)?;
        self.list = List::Begun;
        Ok(())
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        match self.list {
            List::Text => self.inner.begin_array_value(writer, first),
            List::Begun | List::Floats(_) => Ok(()),
        }
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        match self.list {
            List::Floats(start) if self.floats.len() - start >= MIN_APART => {
                self.list = List::Text;
                write!(writer, "\"{FLOATS_MARK}{start}:{}\"", self.floats.len() - start)
            }
            List::Text | List::Begun | List::Floats(_) => {
                self.as_text(writer)?;
                self.inner.end_array(writer)
            }
        }
    }
}
