//! Values as text: `str`, `repr`, `format` with its little language, and `%`.

use super::{as_int, as_number, as_text, raised, type_name};
use crate::value::{Collection, FaultKind, Value, error_arguments, repr_text};

/// As Python's `str` shows it.
pub(super) fn str(value: &Value) -> String {
    match value {
        Value::Map(map) if map.contains_key("error") => match map.contains_key("args") {
            true => map.get("message").map(str).unwrap_or_default(),
            false => error_arguments(map).first().map(str).unwrap_or_default(),
        },
        Value::Reference(reference) if let Some(message) = reference.error_message() => {
            str(&message)
        }
        other => match as_text(other) {
            Some(text) => text.into_owned(),
            None => repr(other),
        },
    }
}

/// As Python's `repr` shows it.
pub(super) fn repr(value: &Value) -> String {
    match value {
        Value::Map(map) if map.contains_key("error") => {
            let class = map.get("class").or_else(|| map.get("error"));
            let class = class.map(super::class_name).unwrap_or_default();
            let args = match map.get("args") {
                // The message of a KeyError is its key already as it is typed.
                None if class == "KeyError" => {
                    format!("({})", map.get("message").map(str).unwrap_or_default())
                }
                _ => {
                    let text = repr_text(&Value::tuple(error_arguments(map)));
                    text.strip_suffix(",)")
                        .map_or(text.clone(), |text| format!("{text})"))
                }
            };
            format!("{class}{args}")
        }
        // An array is what a tuple is in Python.
        Value::Array(items) => repr_text(&Value::tuple(items.to_vec())),
        Value::Function(function) => crate::value::function_text(function.name.as_str()),
        Value::Range(range) => match range.step {
            1 => format!("range({}, {})", range.start, range.end),
            step => format!("range({}, {}, {step})", range.start, range.end),
        },
        other => repr_text(other),
    }
}

/// How `format` lays out a value: `[[fill]align][sign][#][0][width][,][.precision][type]`.
#[derive(Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    is_alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// The greatest width and precision, against texts that fill the memory.
const MAX_WIDTH: usize = 100_000;

impl Spec {
    fn parse(text: &str) -> Result<Self, FaultKind> {
        let invalid = || raised("ValueError", "Invalid format specifier");
        let mut spec = Self::default();
        let all: Vec<char> = text.chars().collect();
        let mut rest = &all[..];
        let is_align = |ch: char| matches!(ch, '<' | '>' | '^' | '=');
        match rest {
            [fill, align, more @ ..] if is_align(*align) => {
                (spec.fill, spec.align, rest) = (Some(*fill), Some(*align), more);
            }
            [align, more @ ..] if is_align(*align) => {
                (spec.align, rest) = (Some(*align), more);
            }
            _ => {}
        }
        if let [sign @ ('+' | '-' | ' '), more @ ..] = rest {
            (spec.sign, rest) = (Some(*sign), more);
        }
        if let ['#', more @ ..] = rest {
            (spec.is_alternate, rest) = (true, more);
        }
        if let ['0', more @ ..] = rest {
            spec.fill = spec.fill.or(Some('0'));
            spec.align = spec.align.or(Some('='));
            rest = more;
        }
        let number = |rest: &mut &[char]| -> Result<Option<usize>, FaultKind> {
            let digits: String = rest.iter().take_while(|ch| ch.is_ascii_digit()).collect();
            *rest = &rest[digits.len()..];
            match digits.is_empty() {
                true => Ok(None),
                false => match digits.parse() {
                    Ok(number) if number <= MAX_WIDTH => Ok(Some(number)),
                    _ => Err(raised(
                        "ValueError",
                        "Too many decimal digits in format string",
                    )),
                },
            }
        };
        spec.width = number(&mut rest)?.unwrap_or(0);
        if let [grouping @ (',' | '_'), more @ ..] = rest {
            (spec.grouping, rest) = (Some(*grouping), more);
        }
        if let ['.', more @ ..] = rest {
            rest = more;
            spec.precision = Some(
                number(&mut rest)?
                    .ok_or_else(|| raised("ValueError", "Format specifier missing precision"))?,
            );
        }
        match rest {
            [] => {}
            [kind] => spec.kind = Some(*kind),
            _ => return Err(invalid()),
        }
        Ok(spec)
    }

    /// Fills `text` up to the width; a number's sign stays before the filling of `=`.
    fn filled(&self, sign: &str, text: &str, default: char) -> String {
        let length = sign.chars().count() + text.chars().count();
        let missing = self.width.saturating_sub(length);
        let fill = self.fill.unwrap_or(' ');
        let row = |count: usize| fill.to_string().repeat(count);
        match self.align.unwrap_or(default) {
            '<' => format!("{sign}{text}{}", row(missing)),
            '^' => format!(
                "{}{sign}{text}{}",
                row(missing / 2),
                row(missing - missing / 2)
            ),
            '=' => format!("{sign}{}{text}", row(missing)),
            _ => format!("{}{sign}{text}", row(missing)),
        }
    }

    fn sign_of(&self, is_negative: bool) -> &'static str {
        match (is_negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            (false, _) => "",
        }
    }
}

/// `format(value, spec)`
///
/// # Errors
/// A format that Python does not know for the value.
pub(super) fn format(value: &Value, spec_text: &str) -> Result<String, FaultKind> {
    if spec_text.is_empty() {
        return Ok(str(value));
    }
    let spec = Spec::parse(spec_text)?;
    let unknown = |kind: char| {
        let found = type_name(value);
        raised(
            "ValueError",
            &format!("Unknown format code '{kind}' for object of type '{found}'"),
        )
    };
    if let Some(text) = as_text(value) {
        return match spec.kind {
            None | Some('s') => {
                let text: String = match spec.precision {
                    Some(count) => text.chars().take(count).collect(),
                    None => text.into_owned(),
                };
                Ok(spec.filled("", &text, '<'))
            }
            Some(kind) => Err(unknown(kind)),
        };
    }
    match (value, as_int(value), spec.kind) {
        (_, Some(number), None | Some('d' | 'b' | 'o' | 'x' | 'X' | 'c' | 'n')) => {
            if spec.precision.is_some() {
                let message = "Precision not allowed in integer format specifier";
                return Err(raised("ValueError", message));
            }
            let size = number.unsigned_abs();
            let (prefix, digits) = match spec.kind {
                Some('b') => ("0b", format!("{size:b}")),
                Some('o') => ("0o", format!("{size:o}")),
                Some('x') => ("0x", format!("{size:x}")),
                Some('X') => ("0X", format!("{size:X}")),
                Some('c') => (
                    "",
                    u32::try_from(number)
                        .ok()
                        .and_then(char::from_u32)
                        .map(String::from)
                        .ok_or_else(|| raised("OverflowError", "%c arg not in range(0x110000)"))?,
                ),
                _ => ("", size.to_string()),
            };
            let digits = grouped(&digits, &spec);
            let prefix = if spec.is_alternate { prefix } else { "" };
            let sign = format!("{}{prefix}", spec.sign_of(number < 0));
            Ok(spec.filled(&sign, &digits, '>'))
        }
        (Value::Float(_), _, None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' | 'n'))
        | (_, Some(_), Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')) => {
            let number = as_number(value).unwrap_or_default();
            let text = float_text(number.abs(), &spec);
            let (whole, rest) = text.split_at(text.find(['.', 'e', '%']).unwrap_or(text.len()));
            let text = match number.is_finite() {
                true => format!("{}{rest}", grouped(whole, &spec)),
                false => text.clone(),
            };
            let is_negative = number.is_sign_negative() && !number.is_nan();
            Ok(spec.filled(spec.sign_of(is_negative), &text, '>'))
        }
        (_, Some(_), Some(kind)) | (Value::Float(_), _, Some(kind)) => Err(unknown(kind)),
        _ => {
            let found = type_name(value);
            let message = format!("unsupported format string passed to {found}.__format__");
            Err(raised("TypeError", &message))
        }
    }
}

fn grouped(digits: &str, spec: &Spec) -> String {
    let Some(sign) = spec.grouping else {
        return digits.to_string();
    };
    let width = if matches!(spec.kind, Some('b' | 'o' | 'x' | 'X')) {
        4
    } else {
        3
    };
    let count = digits.chars().count();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (count - index).is_multiple_of(width) {
            text.push(sign);
        }
        text.push(digit);
    }
    text
}

/// A float that is not negative.
fn float_text(number: f64, spec: &Spec) -> String {
    if number.is_nan() || number.is_infinite() {
        let text = if number.is_nan() { "nan" } else { "inf" };
        return match spec.kind {
            Some('F' | 'E' | 'G') => text.to_uppercase(),
            _ => text.into(),
        };
    }
    let precision = spec.precision.unwrap_or(6);
    match spec.kind {
        Some('f' | 'F') => format!("{number:.precision$}"),
        Some('%') => format!("{:.precision$}%", number * 100.0),
        Some(kind @ ('e' | 'E')) => scientific(number, precision, kind),
        Some(kind @ ('g' | 'G' | 'n')) => general(number, precision.max(1), kind),
        None if spec.precision.is_none() => str(&Value::Float(number)),
        _ => {
            // As `g`, but at least one digit stands behind the point.
            let text = general(number, precision.max(1), 'g');
            match text.contains(['.', 'e']) {
                true => text,
                false => format!("{text}.0"),
            }
        }
    }
}

fn scientific(number: f64, precision: usize, kind: char) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if exponent < 0 { '-' } else { '+' };
    let text = format!("{digits}e{sign}{:02}", exponent.abs());
    if kind.is_uppercase() {
        text.to_uppercase()
    } else {
        text
    }
}

fn general(number: f64, precision: usize, kind: char) -> String {
    let text = format!("{number:.*e}", precision - 1);
    let exponent: i32 = (text.split_once('e'))
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or_default();
    let is_scientific = exponent < -4 || i64::from(exponent) >= precision as i64;
    let text = match is_scientific {
        true => scientific(number, precision - 1, 'e'),
        false => {
            let places = (precision as i64 - 1 - i64::from(exponent)).max(0) as usize;
            format!("{number:.places$}")
        }
    };
    let (digits, rest) = text.split_at(text.find('e').unwrap_or(text.len()));
    let digits = match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    };
    let text = format!("{digits}{rest}");
    if kind.is_uppercase() {
        text.to_uppercase()
    } else {
        text
    }
}

/// `"{} {name:>5}".format(...)`, with values by their place and by their name.
///
/// # Errors
/// A field that names nothing, or a format that Python does not know.
pub(super) fn format_fields(
    text: &str,
    values: &[Value],
    named: Option<&crate::value::Map>,
) -> Result<String, FaultKind> {
    let mut out = String::new();
    let mut rest = text;
    let mut next = 0;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let sign = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(more) = rest.strip_prefix(sign) {
            out.push_str(sign);
            rest = more;
            continue;
        }
        if sign == "}" {
            return Err(raised(
                "ValueError",
                "Single '}' encountered in format string",
            ));
        }
        let mut depth = 1;
        let end = rest.char_indices().find_map(|(at, ch)| {
            match ch {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(at)
        });
        let Some(end) = end else {
            return Err(raised("ValueError", "expected '}' before end of string"));
        };
        let field = &rest[..end];
        rest = &rest[end + 1..];
        let (field, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = field.split_once('!').unwrap_or((field, ""));
        let reached;
        let value = match name {
            "" => {
                next += 1;
                values.get(next - 1)
            }
            name if name.bytes().all(|byte| byte.is_ascii_digit()) => name
                .parse::<usize>()
                .ok()
                .and_then(|place| values.get(place)),
            name if name.contains(['.', '[']) => {
                let at = name.find(['.', '[']).unwrap_or(name.len());
                let first = match &name[..at] {
                    "" => {
                        next += 1;
                        values.get(next - 1)
                    }
                    first if first.bytes().all(|byte| byte.is_ascii_digit()) => first
                        .parse()
                        .ok()
                        .and_then(|place: usize| values.get(place)),
                    first => named.and_then(|named| named.get(first)),
                };
                let Some(first) = first else {
                    let key = Value::from(&name[..at]);
                    return Err(FaultKind::Thrown(super::error_value("KeyError", &[key])));
                };
                reached = part_of(first, &name[at..])?;
                Some(&reached)
            }
            name => match named.and_then(|named| named.get(name)) {
                Some(value) => Some(value),
                None => {
                    let key = Value::from(name);
                    return Err(FaultKind::Thrown(super::error_value("KeyError", &[key])));
                }
            },
        };
        let Some(value) = value else {
            let place = next.saturating_sub(1);
            let message =
                format!("Replacement index {place} out of range for positional args tuple");
            return Err(raised("IndexError", &message));
        };
        let spec = match spec.contains('{') {
            true => format_fields(spec, &values[next.min(values.len())..], named)?,
            false => spec.to_string(),
        };
        out.push_str(&match conversion {
            "r" | "a" => format(&Value::from(repr(value)), &spec)?,
            "s" => format(&Value::from(str(value)), &spec)?,
            _ => format(value, &spec)?,
        });
    }
    out.push_str(rest);
    Ok(out)
}

/// What the rest of a field leads to: `.name`, `[0]` or `[key]`, again and again.
fn part_of(value: &Value, rest: &str) -> Result<Value, FaultKind> {
    let mut value = value.clone();
    let mut rest = rest;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('[') {
            let (key, after) = behind
                .split_once(']')
                .ok_or_else(|| raised("ValueError", "Missing ']' in format string"))?;
            let key = key.parse().map_or_else(|_| Value::from(key), Value::Int);
            value = crate::value::index::get_index(&value, &key)?;
            rest = after;
            continue;
        }
        let behind = rest.strip_prefix('.').unwrap_or(rest);
        let end = behind.find(['.', '[']).unwrap_or(behind.len());
        let name = &behind[..end];
        let found = match &value {
            Value::Reference(one) => one.attribute(name).or_else(|| {
                let of = one.class.as_ref()?.with_attribute(name)?;
                match of.to_value() {
                    Value::Reference(of) => of.attribute(name),
                    _ => None,
                }
            }),
            Value::Collection(contents) => contents.field(name).cloned(),
            Value::Int(_) | Value::Float(_) if name == "real" => Some(value.clone()),
            _ => None,
        };
        value = found.ok_or_else(|| {
            let message = format!("'{}' object has no attribute '{name}'", type_name(&value));
            raised("AttributeError", &message)
        })?;
        rest = &behind[end..];
    }
    Ok(value)
}

/// One place of a format of `%`.
#[derive(Default)]
struct Conversion {
    /// The key in the dict of values, where one is named.
    key: Option<String>,
    flags: String,
    width: Option<Amount>,
    precision: Option<Amount>,
    kind: char,
}

/// A width or a precision.
enum Amount {
    Fixed(String),
    /// `*`: the next value says.
    Given,
}

/// The text before, between and behind the conversions of a format, in order.
enum Part {
    Text(String),
    Conversion(Conversion),
}

fn parts_of(format: &str) -> Result<Vec<Part>, FaultKind> {
    let incomplete = || raised("ValueError", "incomplete format");
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut signs = format.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign != '%' {
            plain.push(sign);
            continue;
        }
        if signs.next_if_eq(&'%').is_some() {
            plain.push('%');
            continue;
        }
        let mut conversion = Conversion::default();
        if signs.next_if_eq(&'(').is_some() {
            let mut key = String::new();
            loop {
                match signs.next() {
                    Some(')') => break,
                    Some(sign) => key.push(sign),
                    None => return Err(raised("ValueError", "incomplete format key")),
                }
            }
            conversion.key = Some(key);
        }
        while let Some(flag) = signs.next_if(|ch| matches!(ch, '-' | '+' | ' ' | '0' | '#')) {
            conversion.flags.push(flag);
        }
        if signs.next_if_eq(&'*').is_some() {
            conversion.width = Some(Amount::Given);
        } else {
            let mut digits = String::new();
            while let Some(digit) = signs.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            conversion.width = (!digits.is_empty()).then_some(Amount::Fixed(digits));
        }
        if signs.next_if_eq(&'.').is_some() {
            let mut digits = String::new();
            conversion.precision = match signs.next_if_eq(&'*') {
                Some(_) => Some(Amount::Given),
                None => {
                    while let Some(digit) = signs.next_if(char::is_ascii_digit) {
                        digits.push(digit);
                    }
                    let digits = if digits.is_empty() {
                        "0".into()
                    } else {
                        digits
                    };
                    Some(Amount::Fixed(digits))
                }
            };
        }
        conversion.kind = signs.next().ok_or_else(incomplete)?;
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        parts.push(Part::Conversion(conversion));
    }
    parts.push(Part::Text(plain));
    Ok(parts)
}

/// The letter of each conversion of a format, by the key or the number of its value.
pub(super) fn percent_kinds(format: &str) -> Vec<(Value, char)> {
    let mut number = 0;
    let mut kinds = Vec::new();
    for part in parts_of(format).unwrap_or_default() {
        if let Part::Conversion(conversion) = part {
            for amount in [&conversion.width, &conversion.precision] {
                number += i64::from(matches!(amount, Some(Amount::Given)));
            }
            match conversion.key {
                Some(key) => kinds.push((Value::from(key), conversion.kind)),
                None => {
                    kinds.push((Value::Int(number), conversion.kind));
                    number += 1;
                }
            }
        }
    }
    kinds
}

/// `"%s and %d" % values`. With `are_shown`, what `%s` and `%r` get is text already.
///
/// # Errors
/// Too many or too few values, or one that does not fit.
pub(super) fn percent(
    format_text: &str,
    values: &Value,
    are_shown: bool,
) -> Result<String, FaultKind> {
    let mapping = match values.collection().as_deref().map(|held| &**held) {
        Some(Collection::Dict(dict)) => Some(dict.clone()),
        _ => None,
    };
    let is_tuple = match values {
        Value::Array(_) => true,
        Value::Collection(contents) => contents.tuple_items().is_some(),
        _ => false,
    };
    let items = match is_tuple {
        true => crate::library::methods::collection::items_of(values)?,
        false => vec![values.clone()],
    };
    let mut next = items.iter();
    let mut has_keys = false;
    let mut out = String::new();
    for part in parts_of(format_text)? {
        let conversion = match part {
            Part::Text(text) => {
                out.push_str(&text);
                continue;
            }
            Part::Conversion(conversion) => conversion,
        };
        let missing = || raised("TypeError", "not enough arguments for format string");
        let mut amount = |given: &Option<Amount>| match given {
            None => Ok(String::new()),
            Some(Amount::Fixed(digits)) => Ok(digits.clone()),
            Some(Amount::Given) => {
                let value = next.next().ok_or_else(missing)?;
                let number = as_int(value).ok_or_else(|| raised("TypeError", "* wants int"))?;
                Ok::<String, FaultKind>(number.to_string())
            }
        };
        let mut width = amount(&conversion.width)?;
        let precision = match &conversion.precision {
            None => String::new(),
            given => format!(".{}", amount(given)?),
        };
        let mut flags = conversion.flags;
        if let Some(positive) = width.strip_prefix('-') {
            width = positive.into();
            flags.push('-');
        }
        let named;
        let value = match &conversion.key {
            Some(key) => {
                has_keys = true;
                let Some(mapping) = &mapping else {
                    return Err(raised("TypeError", "format requires a mapping"));
                };
                let key = Value::from(key.as_str());
                named = match mapping.get(&key)? {
                    Some(value) => value.clone(),
                    None => return Err(FaultKind::Thrown(super::error_value("KeyError", &[key]))),
                };
                &named
            }
            None => next.next().ok_or_else(missing)?,
        };
        let kind = conversion.kind;
        out.push_str(&converted(
            value,
            kind,
            (&flags, &width, &precision),
            are_shown,
        )?);
    }
    if !has_keys && mapping.is_none() && next.next().is_some() {
        return Err(raised(
            "TypeError",
            "not all arguments converted during string formatting",
        ));
    }
    Ok(out)
}

/// A value as a conversion of `%` shows it.
fn converted(
    value: &Value,
    kind: char,
    (flags, width, precision): (&str, &str, &str),
    are_shown: bool,
) -> Result<String, FaultKind> {
    let align = match (flags.contains('-'), flags.contains('0')) {
        (true, _) => "<",
        (false, true) if !matches!(kind, 's' | 'r' | 'a') => "",
        _ => ">",
    };
    let sign = match (flags.contains('+'), flags.contains(' ')) {
        (true, _) => "+",
        (_, true) => " ",
        _ => "",
    };
    let zero = if align.is_empty() { "0" } else { "" };
    let alternate = if flags.contains('#') { "#" } else { "" };
    let is_bare = flags.is_empty() && width.is_empty() && precision.is_empty();
    match kind {
        'd' | 'i' | 'u' if let (true, Value::Int(number)) = (is_bare, value) => {
            Ok(number.to_string())
        }
        's' | 'r' | 'a' => {
            let text = if kind == 's' || are_shown {
                str(value)
            } else {
                repr(value)
            };
            format(&Value::from(text), &format!("{align}{width}{precision}"))
        }
        'd' | 'i' | 'u' => {
            let Some(number) = as_number(value) else {
                let found = type_name(value);
                let message = format!("%{kind} format: a real number is required, not {found}");
                return Err(raised("TypeError", &message));
            };
            let whole = as_int(value).unwrap_or(number as i64);
            format(&Value::Int(whole), &format!("{align}{sign}{zero}{width}d"))
        }
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
            let Some(number) = as_number(value) else {
                let found = type_name(value);
                return Err(raised(
                    "TypeError",
                    &format!("must be real number, not {found}"),
                ));
            };
            let spec = format!("{align}{sign}{alternate}{zero}{width}{precision}{kind}");
            format(&Value::Float(number), &spec)
        }
        'c' if as_text(value).is_some() => {
            let text = as_text(value).unwrap_or_default().into_owned();
            match text.chars().count() {
                1 => format(&Value::from(text), &format!("{align}{width}")),
                _ => Err(raised("TypeError", "%c requires int or char")),
            }
        }
        'x' | 'X' | 'o' | 'c' => format(
            value,
            &format!("{align}{sign}{alternate}{zero}{width}{kind}"),
        ),
        other => {
            let message = format!(
                "unsupported format character '{other}' (0x{:x})",
                other as u32
            );
            Err(raised("ValueError", &message))
        }
    }
}
