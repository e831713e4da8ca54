//! Expressions over figures: the small total language that claims are written in.

use crate::figure::{FIGURES, Figure, Measure, Scope, Unit};
use crate::run::{CAUSES, Window};
use crate::scenario::{Variant, nearest, time_unit_ns};
use crate::system::System;

/// Longest text of a claim.
const CLAIM_MAX: usize = 1000;
/// Deepest nesting of parentheses.
const NESTING_MAX: usize = 20;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Number(f64),
    Figure(FigureOf),
    Negative(Box<Expression>),
    Binary(char, Box<Expression>, Box<Expression>),
    Call(Function, Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Min,
    Max,
    Abs,
}

/// A figure of a variant in a window; no window means all after the warm-up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FigureOf {
    pub(crate) variant: usize,
    pub(crate) window: Option<usize>,
    pub(crate) figure: Figure,
}

impl Expression {
    /// Whether this is a figure that is a share, as it stands.
    fn is_share(&self) -> bool {
        let Expression::Figure(FigureOf { figure, .. }) = self else {
            return false;
        };
        let measure = match figure.measure {
            Measure::Errors(_) => Measure::Errors(None),
            measure => measure,
        };
        let mut definitions = FIGURES.iter().filter(|d| d.measure == measure);
        definitions.any(|d| d.scope == figure.scope && d.unit == Unit::Share)
    }

    /// The value, with `figure` giving those of figures; total: what has no value says why.
    pub(crate) fn value(
        &self,
        figure: &impl Fn(&FigureOf) -> Result<f64, String>,
    ) -> Result<f64, String> {
        Ok(match self {
            Expression::Number(value) => *value,
            Expression::Figure(of) => figure(of)?,
            Expression::Negative(inner) => -inner.value(figure)?,
            Expression::Binary(operator, left, right) => {
                let (left, right) = (left.value(figure)?, right.value(figure)?);
                match operator {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ if right == 0.0 => return Err("division by zero".into()),
                    _ => left / right,
                }
            }
            Expression::Call(function, arguments) => {
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(argument.value(figure)?);
                }
                match function {
                    Function::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
                    Function::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                    Function::Abs => values.first().copied().unwrap_or(0.0).abs(),
                }
            }
        })
    }
}

/// What is claimed between two expressions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Relation {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Equal within a share of the right side.
    Within(f64),
}

/// Reads a comparison of two expressions, and the unit of its sides.
pub(crate) fn parse(
    text: &str,
    names: &Names<'_>,
) -> Result<(Expression, Relation, Expression, Unit), SyntaxError> {
    let mut parser = Parser::new(text, names)?;
    let (left, left_unit) = parser.sum(0)?;
    let relation_at = parser.at();
    let relation = match parser.take() {
        Token::Symbol('<') if parser.eat('=') => Relation::LessOrEqual,
        Token::Symbol('<') => Relation::Less,
        Token::Symbol('>') if parser.eat('=') => Relation::GreaterOrEqual,
        Token::Symbol('>') => Relation::Greater,
        Token::Symbol('=') => Relation::Within(0.0),
        _ => {
            return Err(error(
                relation_at,
                "a comparison is missing",
                "<, <=, >, >= or =",
            ));
        }
    };
    let right_at = parser.at();
    let (right, right_unit) = parser.sum(0)?;
    parser.agree(right_at, left_unit, right_unit)?;
    let relation = match relation {
        Relation::Within(_) => parser.tolerance()?,
        other => other,
    };
    if parser.peek() != &Token::End {
        return Err(error(parser.at(), "unexpected text after the claim", ""));
    }
    let unit = match left_unit {
        1 => Unit::Seconds,
        -1 => Unit::PerSecond,
        0 if left.is_share() => Unit::Share,
        _ => Unit::Number,
    };
    Ok((left, relation, right, unit))
}

/// What is wrong with a claim, and at which byte.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SyntaxError {
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

fn error(at: usize, message: &str, hint: &str) -> SyntaxError {
    let hint = (!hint.is_empty()).then(|| hint.to_string());
    SyntaxError {
        at,
        message: message.to_string(),
        hint,
    }
}

/// What figures may refer to.
pub(crate) struct Names<'a> {
    pub(crate) variants: &'a [Variant],
    pub(crate) windows: &'a [Window],
    /// Whether the variant may be left out, there being only one.
    pub(crate) bare: bool,
}

impl Names<'_> {
    /// Reads `variant.window.measure.component`.
    pub(crate) fn figure(&self, path: &str, at: usize) -> Result<(FigureOf, i8), SyntaxError> {
        let mut parts = path.split('.').peekable();
        let mut variant = 0;
        let first = parts.peek().copied().unwrap_or("");
        match self.variants.iter().position(|v| v.name == first) {
            Some(index) => {
                variant = index;
                parts.next();
            }
            None if self.bare => {}
            None => {
                let names: Vec<&str> = self.variants.iter().map(|v| v.name.as_str()).collect();
                return Err(unknown(at, "variant", first, &names));
            }
        }
        let second = parts.peek().copied().unwrap_or("");
        let window = self.windows.iter().position(|w| w.name == second);
        if window.is_some() {
            parts.next();
        }
        let name = parts.next().unwrap_or("");
        let Some(definition) = FIGURES.iter().find(|d| d.name == name) else {
            let windows = self.windows.iter().map(|w| w.name.as_str());
            let names: Vec<&str> = FIGURES.iter().map(|d| d.name).chain(windows).collect();
            return Err(unknown(at, "figure", name, &names));
        };
        let rest: Vec<&str> = parts.collect();
        let system = &self.variants[variant].system;
        let (measure, of) = component(definition.measure, definition.scope, &rest, system, at)?;
        let figure = Figure {
            measure,
            scope: definition.scope,
            of,
        };
        Ok((
            FigureOf {
                variant,
                window,
                figure,
            },
            definition.unit.dimension(),
        ))
    }
}

/// Resolves what follows the name of a figure: a component, a cause, or both.
fn component(
    measure: Measure,
    scope: Scope,
    rest: &[&str],
    system: &System,
    at: usize,
) -> Result<(Measure, Option<usize>), SyntaxError> {
    let (mut measure, mut rest) = (measure, rest);
    if let (Measure::Errors(None), Some(last)) = (measure, rest.last())
        && let Some(&(cause, _)) = CAUSES.iter().find(|(_, name)| name == last)
    {
        measure = Measure::Errors(Some(cause));
        rest = &rest[..rest.len() - 1];
    }
    if rest.is_empty() {
        return Ok((measure, None));
    }
    let wanted = rest.join(".");
    let (what, names): (&str, Vec<&str>) = match scope {
        Scope::Clients => (
            "client",
            system.clients.iter().map(|c| c.name.as_str()).collect(),
        ),
        Scope::Calls => (
            "call",
            system.calls.iter().map(|c| c.name.as_str()).collect(),
        ),
        Scope::Services => (
            "service",
            system.services.iter().map(|s| s.name.as_str()).collect(),
        ),
    };
    match names.iter().position(|name| *name == wanted) {
        Some(index) => Ok((measure, Some(index))),
        None => Err(unknown(at, what, &wanted, &names)),
    }
}

fn unknown(at: usize, what: &str, word: &str, names: &[&str]) -> SyntaxError {
    let hint = match nearest(word, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    SyntaxError {
        at,
        message: format!("unknown {what} `{word}`"),
        hint: Some(hint),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A number and the exponent of seconds of its unit.
    Number(f64, i8),
    Word(String),
    Symbol(char),
    End,
}

struct Parser<'a> {
    names: &'a Names<'a>,
    tokens: Vec<(usize, Token)>,
    next: usize,
}

/// An expression and the exponent of seconds of its value; none fits everything (zero).
type Sized = (Expression, i8);

impl<'a> Parser<'a> {
    fn new(text: &str, names: &'a Names<'a>) -> Result<Self, SyntaxError> {
        if text.len() > CLAIM_MAX {
            return Err(error(
                0,
                &format!("a claim has at most {CLAIM_MAX} bytes"),
                "",
            ));
        }
        Ok(Parser {
            names,
            tokens: tokens(text)?,
            next: 0,
        })
    }
    fn peek(&self) -> &Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)].1
    }
    fn at(&self) -> usize {
        self.tokens[self.next.min(self.tokens.len() - 1)].0
    }
    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }
    fn eat(&mut self, symbol: char) -> bool {
        let found = *self.peek() == Token::Symbol(symbol);
        self.next += usize::from(found);
        found
    }

    fn agree(&self, at: usize, a: i8, b: i8) -> Result<(), SyntaxError> {
        let name = |exponent| match exponent {
            1 => "a time",
            0 => "a plain number",
            -1 => "a rate",
            _ => "something else",
        };
        if a == b {
            return Ok(());
        }
        let message = format!("{} is compared or added to {}", name(a), name(b));
        Err(error(
            at,
            &message,
            "give numbers their unit, such as `200 ms` or `100/s`",
        ))
    }

    fn sum(&mut self, depth: usize) -> Result<Sized, SyntaxError> {
        let (mut left, unit) = self.product(depth)?;
        loop {
            let at = self.at();
            let operator = match self.peek() {
                Token::Symbol(c @ ('+' | '-')) => *c,
                _ => return Ok((left, unit)),
            };
            self.next += 1;
            let (right, other) = self.product(depth)?;
            self.agree(at, unit, other)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
    }

    fn product(&mut self, depth: usize) -> Result<Sized, SyntaxError> {
        let (mut left, mut unit) = self.factor(depth)?;
        loop {
            let operator = match self.peek() {
                Token::Symbol(c @ ('*' | '/')) => *c,
                _ => return Ok((left, unit)),
            };
            self.next += 1;
            let (right, other) = self.factor(depth)?;
            unit = if operator == '*' {
                unit.saturating_add(other)
            } else {
                unit.saturating_sub(other)
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
    }

    fn factor(&mut self, depth: usize) -> Result<Sized, SyntaxError> {
        let at = self.at();
        if depth > NESTING_MAX {
            return Err(error(
                at,
                &format!("nested deeper than {NESTING_MAX} levels"),
                "",
            ));
        }
        match self.take() {
            Token::Number(value, unit) => Ok((Expression::Number(value), unit)),
            Token::Symbol('-') => {
                let (inner, unit) = self.factor(depth + 1)?;
                Ok((Expression::Negative(Box::new(inner)), unit))
            }
            Token::Symbol('(') => {
                let inner = self.sum(depth + 1)?;
                self.close()?;
                Ok(inner)
            }
            Token::Word(word) if *self.peek() == Token::Symbol('(') => self.call(&word, at, depth),
            Token::Word(word) => {
                let (figure, unit) = self.names.figure(&word, at)?;
                Ok((Expression::Figure(figure), unit))
            }
            _ => Err(error(at, "a figure or a number is missing", "")),
        }
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        let at = self.at();
        if self.eat(')') {
            Ok(())
        } else {
            Err(error(at, "`)` is missing", ""))
        }
    }

    fn call(&mut self, name: &str, at: usize, depth: usize) -> Result<Sized, SyntaxError> {
        let function = match name {
            "min" => Function::Min,
            "max" => Function::Max,
            "abs" => Function::Abs,
            _ => return Err(unknown(at, "function", name, &["min", "max", "abs"])),
        };
        self.next += 1;
        let (first, unit) = self.sum(depth + 1)?;
        let mut arguments = vec![first];
        while self.eat(',') {
            let at = self.at();
            let (next, other) = self.sum(depth + 1)?;
            self.agree(at, unit, other)?;
            arguments.push(next);
        }
        if function == Function::Abs && arguments.len() != 1 {
            return Err(error(at, "`abs` takes one value", ""));
        }
        self.close()?;
        Ok((Expression::Call(function, arguments), unit))
    }

    fn tolerance(&mut self) -> Result<Relation, SyntaxError> {
        let at = self.at();
        let hint = "write `= 0.8 within 2 %`";
        if self.take() != Token::Word("within".into()) {
            return Err(error(at, "equality needs a tolerance", hint));
        }
        match self.take() {
            Token::Number(share, 0) if share > 0.0 && share < 1.0 => Ok(Relation::Within(share)),
            _ => Err(error(
                at,
                "the tolerance is a share between 0 and 100 %",
                hint,
            )),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if c.is_ascii_digit() {
            let (number, unit, end) = number(text, at)?;
            tokens.push((start, Token::Number(number, unit)));
            at = end;
        } else if c.is_ascii_lowercase() {
            let bytes = text.as_bytes();
            // A word goes on over a dot or a minus only when more of the word follows directly.
            while at < text.len() {
                let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                let joins =
                    matches!(bytes[at], b'.' | b'-') && bytes.get(at + 1).is_some_and(|&b| word(b));
                if !(word(bytes[at]) || joins) {
                    break;
                }
                at += 1;
            }
            tokens.push((start, Token::Word(text[start..at].to_string())));
        } else if "+-*/()<>=,".contains(c) {
            tokens.push((start, Token::Symbol(c)));
            at += 1;
        } else {
            return Err(error(at, &format!("`{c}` means nothing here"), ""));
        }
    }
    tokens.push((text.len(), Token::End));
    Ok(tokens)
}

/// A number with its unit: value in seconds, per second, or plain; exponent of seconds; end.
fn number(text: &str, start: usize) -> Result<(f64, i8, usize), SyntaxError> {
    let digits = text[start..]
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
        .map_or(text.len(), |i| start + i);
    let value: f64 = text[start..digits].replace('_', "").parse().map_err(|_| {
        error(
            start,
            &format!("`{}` is not a number", &text[start..digits]),
            "",
        )
    })?;
    let gap = text[digits..].len() - text[digits..].trim_start_matches(' ').len();
    let rest = &text[digits + gap..];
    if rest.starts_with('%') {
        return Ok((value / 100.0, 0, digits + gap + 1));
    }
    let letters = |s: &str| s.find(|c: char| !c.is_alphabetic()).unwrap_or(s.len());
    if let Some(per) = rest.strip_prefix('/') {
        let unit = &per[..letters(per)];
        // `100/s` is a rate, `100 / x.mean` a division.
        if let Some(ns) = time_unit_ns(unit)
            && !per[unit.len()..].starts_with(['.', '_', '-'])
        {
            return Ok((value * 1e9 / ns, -1, digits + gap + 1 + unit.len()));
        }
    }
    let unit = &rest[..letters(rest)];
    match time_unit_ns(unit) {
        Some(ns) => Ok((value * ns / 1e9, 1, digits + gap + unit.len())),
        None => Ok((value, 0, digits)),
    }
}
