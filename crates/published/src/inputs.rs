//! What a model reads: selectors first, then the target's parameters, then its own defaults.

use crate::answer::{Refusal, refuse};
use crate::parameter::{Parameter, Parameters};
use std::cell::RefCell;
use std::ops::RangeInclusive;

/// Selectors and parameters of one check.
///
/// A key may have several names, as in `"servers|c"`: the first that is given counts. Every key
/// that is asked for is remembered, so that a selector which no model reads is an error.
#[derive(Debug)]
pub(crate) struct Inputs<'p> {
    at: &'p Parameters,
    params: &'p Parameters,
    asked: RefCell<Vec<&'static str>>,
}

impl<'p> Inputs<'p> {
    /// Selectors over parameters.
    pub(crate) fn new(at: &'p Parameters, params: &'p Parameters) -> Self {
        Inputs {
            at,
            params,
            asked: RefCell::new(Vec::new()),
        }
    }

    fn find(&self, key: &'static str) -> Option<(&'static str, &'p Parameter)> {
        let mut asked = self.asked.borrow_mut();
        for name in key.split('|') {
            if !asked.contains(&name) {
                asked.push(name);
            }
        }
        drop(asked);
        [self.at, self.params].into_iter().find_map(|place| {
            key.split('|')
                .find_map(|name| Some((name, place.get(name)?)))
        })
    }

    /// A selector that was given and never asked for.
    pub(crate) fn unread(&self) -> Result<(), Refusal> {
        let asked = self.asked.borrow();
        let Some(odd) = self.at.names().find(|name| !asked.contains(name)) else {
            return Ok(());
        };
        let near = catalog::nearest(odd, asked.iter().copied());
        let hint = match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if asked.is_empty() => "this quantity takes none".to_owned(),
            None => format!("this quantity takes {}", asked.join(", ")),
        };
        refuse(format!("there is no selector \"{odd}\"; {hint}"))
    }

    /// Whether a key is given.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.find(key).is_some()
    }

    /// A number within a range, if it is given.
    pub(crate) fn number_if(
        &self,
        key: &'static str,
        range: RangeInclusive<f64>,
    ) -> Result<Option<f64>, Refusal> {
        let Some((name, value)) = self.find(key) else {
            return Ok(None);
        };
        checked(name, value, &range).map(Some)
    }

    /// A number within a range; `None` if it is left out or stated as `"none"`.
    pub(crate) fn limit(
        &self,
        key: &'static str,
        range: RangeInclusive<f64>,
    ) -> Result<Option<f64>, Refusal> {
        match self.find(key) {
            Some((_, Parameter::Name(name))) if plain(name) == "none" => Ok(None),
            _ => self.number_if(key, range),
        }
    }

    /// A number within a range, which must be given.
    pub(crate) fn number(
        &self,
        key: &'static str,
        range: RangeInclusive<f64>,
    ) -> Result<f64, Refusal> {
        match self.number_if(key, range)? {
            Some(number) => Ok(number),
            None => missing(key),
        }
    }

    /// A number within a range, or what the model's description says.
    pub(crate) fn number_or(
        &self,
        key: &'static str,
        default: f64,
        range: RangeInclusive<f64>,
    ) -> Result<f64, Refusal> {
        Ok(self.number_if(key, range)?.unwrap_or(default))
    }

    /// A whole number within a range, if it is given.
    pub(crate) fn whole_if(
        &self,
        key: &'static str,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>, Refusal> {
        // Limits lie far below 2^53, so the conversions are exact.
        let bounds = *range.start() as f64..=*range.end() as f64;
        match self.number_if(key, bounds)? {
            Some(number) if libm::floor(number) != number => {
                let name = self.find(key).map_or(key, |(name, _)| name);
                refuse(format!("{name} must be a whole number, not {number}"))
            }
            number => Ok(number.map(|number| number as u64)),
        }
    }

    /// A whole number within a range, which must be given.
    pub(crate) fn whole(
        &self,
        key: &'static str,
        range: RangeInclusive<u64>,
    ) -> Result<u64, Refusal> {
        match self.whole_if(key, range)? {
            Some(number) => Ok(number),
            None => missing(key),
        }
    }

    /// A whole number within a range, or what the model's description says.
    pub(crate) fn whole_or(
        &self,
        key: &'static str,
        default: u64,
        range: RangeInclusive<u64>,
    ) -> Result<u64, Refusal> {
        Ok(self.whole_if(key, range)?.unwrap_or(default))
    }

    /// A probability.
    pub(crate) fn share(&self, key: &'static str) -> Result<f64, Refusal> {
        self.number(key, 0.0..=1.0)
    }

    /// One of some names, if it is given. Each choice may have several names, as in `"lru|LRU"`;
    /// capitals and signs between words do not matter.
    pub(crate) fn choice_if<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, Refusal> {
        let Some((name, value)) = self.find(key) else {
            return Ok(None);
        };
        let text = match value {
            Parameter::Name(text) => text,
            Parameter::List(_) => return Err(Refusal::List(name.to_owned())),
            other => return refuse(format!("{name} must be a name, not {}", other.kind())),
        };
        let plain = plain(text);
        let found = choices
            .iter()
            .find(|(names, _)| names.split('|').any(|one| self::plain(one) == plain));
        if let Some((_, choice)) = found {
            return Ok(Some(*choice));
        }
        let known = || {
            choices
                .iter()
                .filter_map(|(names, _)| names.split('|').next())
        };
        let every = choices.iter().flat_map(|(names, _)| names.split('|'));
        let hint = match catalog::nearest(text, every) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("it is one of {}", known().collect::<Vec<_>>().join(", ")),
        };
        refuse(format!("there is no {name} \"{text}\"; {hint}"))
    }

    /// One of some names, which must be given.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Result<T, Refusal> {
        match self.choice_if(key, choices)? {
            Some(choice) => Ok(choice),
            None => missing(key),
        }
    }

    /// One of some names, or what the model's description says.
    pub(crate) fn choice_or<T: Copy>(
        &self,
        key: &'static str,
        default: T,
        choices: &[(&str, T)],
    ) -> Result<T, Refusal> {
        Ok(self.choice_if(key, choices)?.unwrap_or(default))
    }

    /// A list of numbers within a range, at most `most` of them.
    pub(crate) fn numbers(
        &self,
        key: &'static str,
        most: usize,
        range: RangeInclusive<f64>,
    ) -> Result<Vec<f64>, Refusal> {
        let Some((name, value)) = self.find(key) else {
            return missing(key);
        };
        let items = match value {
            Parameter::List(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        if items.is_empty() || items.len() > most {
            return refuse(format!("{name} must have 1 to {most} entries"));
        }
        items
            .iter()
            .map(|item| checked(name, item, &range))
            .collect()
    }

    /// A list of points, each a pair of numbers within a range.
    pub(crate) fn points(
        &self,
        key: &'static str,
        most: usize,
        range: RangeInclusive<f64>,
    ) -> Result<Vec<(f64, f64)>, Refusal> {
        let Some((name, value)) = self.find(key) else {
            return missing(key);
        };
        let Parameter::List(items) = value else {
            return refuse(format!("{name} must be a list of pairs of numbers"));
        };
        if items.len() > most {
            return refuse(format!("{name} must have at most {most} entries"));
        }
        items
            .iter()
            .map(|item| match item {
                Parameter::List(pair) if pair.len() == 2 => Ok((
                    checked(name, &pair[0], &range)?,
                    checked(name, &pair[1], &range)?,
                )),
                other => refuse(format!("{name} must hold pairs of numbers, not {other}")),
            })
            .collect()
    }
}

fn checked(name: &str, value: &Parameter, range: &RangeInclusive<f64>) -> Result<f64, Refusal> {
    if matches!(value, Parameter::List(_)) {
        return Err(Refusal::List(name.to_owned()));
    }
    match value.number() {
        Some(number) if range.contains(&number) => Ok(number),
        Some(number) => {
            let (low, high) = (range.start(), range.end());
            refuse(if high.is_infinite() {
                format!("{name} must be at least {low}, not {number}")
            } else {
                format!("{name} must lie between {low} and {high}, not {number}")
            })
        }
        None => refuse(format!("{name} must be a number, not {}", value.kind())),
    }
}

fn missing<T>(key: &str) -> Result<T, Refusal> {
    let names: Vec<&str> = key.split('|').collect();
    let names = names.join(" or ");
    refuse(format!("the selector {names} is missing"))
}

/// A name without capitals and signs between words.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
