//! Quantities as people write them: `250 ms`, `1200/s`, `5 %`, `100 Mbit/s`, `mean = 5 ms`.

use kernel::{Distribution, inverse_normal};

/// What is wrong with a quantity, and how to write it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Malformed {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

fn malformed<T>(message: String, hint: &str) -> Result<T, Malformed> {
    Err(Malformed {
        message,
        hint: (!hint.is_empty()).then(|| hint.to_string()),
    })
}

/// Nanoseconds of a unit of time.
pub(crate) fn time_unit_ns(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "min" => 60e9,
        "h" => 3600e9,
        "d" => 86_400e9,
        _ => return None,
    })
}

/// Longest length of time: 30 days, so that sums of a few stay far from the end of the clock.
pub(crate) const DURATION_MAX_NS: f64 = 30.0 * 86_400e9;

/// Splits `250 ms` into 250 and `ms`; underscores may group digits.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|&(i, c)| {
            !(c.is_ascii_digit()
                || c == '.'
                || c == '_'
                || (i == 0 && (c == '-' || c == '+'))
                || (matches!(c, 'e' | 'E')
                    && text[i + 1..].starts_with(|d: char| d.is_ascii_digit() || d == '-')
                    && i > 0)
                || (c == '-' && text[..i].ends_with(['e', 'E'])))
        })
        .map_or(text.len(), |(i, _)| i);
    let number: f64 = text[..end].replace('_', "").parse().ok()?;
    number.is_finite().then(|| (number, text[end..].trim()))
}

/// A length of time in nanoseconds.
pub(crate) fn duration(text: &str) -> Result<u64, Malformed> {
    let hint = "write a number and ns, us, ms, s, min, h or d, such as \"250 ms\"";
    let parsed = split(text).and_then(|(number, unit)| Some(number * time_unit_ns(unit)?));
    match parsed {
        None => malformed(format!("`{text}` is not a length of time"), hint),
        Some(ns) if ns < 0.0 => malformed(format!("`{text}` is negative"), ""),
        Some(ns) if ns > DURATION_MAX_NS => {
            malformed(format!("`{text}` is longer than 30 days"), "")
        }
        Some(ns) => Ok((ns + 0.5) as u64),
    }
}

/// Events a second.
pub(crate) fn rate(text: &str) -> Result<f64, Malformed> {
    let hint = "write a number and /s, /min or /h, such as \"1200/s\"";
    let parsed = split(text).and_then(|(number, unit)| {
        let per = unit
            .strip_prefix('/')
            .or_else(|| unit.strip_prefix("per "))?;
        Some(number * 1e9 / time_unit_ns(per.trim())?)
    });
    match parsed {
        Some(rate) if rate > 0.0 && rate <= 1e9 => Ok(rate),
        Some(_) => malformed(
            format!("`{text}` is not between 0 and 1,000,000,000 a second"),
            "",
        ),
        None => malformed(format!("`{text}` is not a rate"), hint),
    }
}

/// A share between 0 and 1, or a percentage.
pub(crate) fn share(text: &str) -> Result<f64, Malformed> {
    let parsed = split(text).and_then(|(number, unit)| match unit {
        "%" => Some(number / 100.0),
        "" => Some(number),
        _ => None,
    });
    match parsed {
        Some(share) if (0.0..=1.0).contains(&share) => Ok(share),
        Some(_) => malformed(format!("`{text}` is not between 0 % and 100 %"), ""),
        None => malformed(format!("`{text}` is not a share"), "write \"5 %\" or 0.05"),
    }
}

/// Bytes.
pub(crate) fn size(text: &str) -> Result<u64, Malformed> {
    let parsed = split(text).and_then(|(number, unit)| {
        let factor = match unit {
            "B" => 1.0,
            "kB" => 1e3,
            "MB" => 1e6,
            "GB" => 1e9,
            "KiB" => 1024.0,
            "MiB" => 1_048_576.0,
            "GiB" => 1_073_741_824.0,
            _ => return None,
        };
        Some(number * factor)
    });
    match parsed {
        Some(bytes) if (0.0..=1e12).contains(&bytes) => Ok(bytes as u64),
        Some(_) => malformed(format!("`{text}` is not between 0 and 1000 GB"), ""),
        None => malformed(
            format!("`{text}` is not a size"),
            "write \"2 kB\" or \"1 MiB\"",
        ),
    }
}

/// Bytes a second.
pub(crate) fn bandwidth(text: &str) -> Result<f64, Malformed> {
    let parsed = split(text).and_then(|(number, unit)| {
        let bytes = match unit.strip_suffix("/s")? {
            "bit" => 0.125,
            "kbit" => 125.0,
            "Mbit" => 125e3,
            "Gbit" => 125e6,
            "kB" => 1e3,
            "MB" => 1e6,
            "GB" => 1e9,
            _ => return None,
        };
        Some(number * bytes)
    });
    match parsed {
        Some(rate) if (1.0..=1e12).contains(&rate) => Ok(rate),
        Some(_) => malformed(format!("`{text}` is not between 1 B/s and 1000 GB/s"), ""),
        None => malformed(
            format!("`{text}` is not a bandwidth"),
            "write \"100 Mbit/s\"",
        ),
    }
}

/// A law of times, in nanoseconds.
pub(crate) fn law(text: &str) -> Result<Distribution, Malformed> {
    let text = text.trim();
    if let Some((name, rest)) = text.split_once('(') {
        let Some(inside) = rest.strip_suffix(')') else {
            return malformed(format!("`{text}` lacks its closing parenthesis"), "");
        };
        return named_law(text, name.trim(), inside);
    }
    if text.contains('=') {
        return law_by_figures(text);
    }
    let ns = duration(text).map_err(|_| Malformed {
        message: format!("`{text}` is not a law of times"),
        hint: Some(
            "write \"5 ms\" (constant), \"mean = 5 ms\" (exponential), \
             \"p50 = 5 ms, p99 = 40 ms\" (lognormal), or \"erlang(k = 4, mean = 5 ms)\""
                .to_string(),
        ),
    })?;
    Ok(Distribution::Constant(ns as f64))
}

/// `mean`, `p50` and `p99` alone name an exponential or a lognormal law.
fn law_by_figures(text: &str) -> Result<Distribution, Malformed> {
    let arguments = Arguments::parse(text)?;
    arguments.only(&["mean", "p50", "p99"])?;
    let figure = |name| arguments.time(name).transpose();
    let law = match (figure("mean")?, figure("p50")?, figure("p99")?) {
        (Some(mean), None, None) => Distribution::exponential(mean),
        (None, None, Some(p99)) => Distribution::exponential(p99 / libm::log(100.0)),
        (None, Some(p50), Some(p99)) => Distribution::lognormal_quantiles(p50, 0.99, p99),
        (Some(mean), None, Some(p99)) => {
            // ln(p99 / mean) = z s - s^2 / 2 has a solution up to a ratio of exp(z^2 / 2) = 14.9.
            let z = inverse_normal(0.99);
            let ratio = libm::log(p99 / mean);
            if !(ratio > 0.0 && z * z >= 2.0 * ratio) {
                return malformed(
                    format!("no lognormal law has `{text}`"),
                    "p99 must be between 1 and 14 times the mean",
                );
            }
            let sigma = z - (z * z - 2.0 * ratio).sqrt();
            return Ok(Distribution::Lognormal {
                mu: libm::log(mean) - sigma * sigma / 2.0,
                sigma,
            });
        }
        _ => {
            let hint = "give the mean, the p99, or the p99 and one of mean and p50";
            return malformed(format!("`{text}` does not determine a law"), hint);
        }
    };
    law.map_err(|error| Malformed {
        message: format!("`{text}`: {error}"),
        hint: None,
    })
}

fn named_law(text: &str, name: &str, inside: &str) -> Result<Distribution, Malformed> {
    const LAWS: [&str; 9] = [
        "constant",
        "uniform",
        "exponential",
        "erlang",
        "hyperexponential",
        "lognormal",
        "pareto",
        "weibull",
        "mix",
    ];
    if name == "mix" {
        return mixture(text, inside);
    }
    let arguments = Arguments::parse(inside)?;
    let law = match name {
        "constant" => Distribution::constant(arguments.required_time("", 0)?),
        "exponential" => {
            arguments.only(&["mean"])?;
            Distribution::exponential(arguments.required_time("mean", 0)?)
        }
        "uniform" => {
            arguments.only(&["low", "high"])?;
            let low = arguments.required_time("low", 0)?;
            Distribution::uniform(low, arguments.required_time("high", 1)?)
        }
        "erlang" => {
            arguments.only(&["k", "mean"])?;
            let stages = arguments.required_number("k")?;
            Distribution::erlang(stages as u32, arguments.required_time("mean", 1)?)
        }
        "hyperexponential" | "lognormal" => {
            arguments.only(&["mean", "scv"])?;
            let mean = arguments.required_time("mean", 0)?;
            let scv = arguments.required_number("scv")?;
            if name == "lognormal" {
                Distribution::lognormal(mean, scv)
            } else {
                Distribution::hyperexponential(mean, scv)
            }
        }
        "pareto" | "weibull" => {
            arguments.only(&["mean", "shape"])?;
            let mean = arguments.required_time("mean", 0)?;
            let shape = arguments.required_number("shape")?;
            if name == "pareto" {
                Distribution::pareto(mean, shape)
            } else {
                Distribution::weibull(mean, shape)
            }
        }
        _ => {
            let hint = super::diagnostic::nearest(name, LAWS.iter().copied())
                .map_or(format!("laws are {}", LAWS.join(", ")), |n| {
                    format!("did you mean `{n}`?")
                });
            return malformed(format!("unknown law `{name}`"), &hint);
        }
    };
    law.map_err(|error| Malformed {
        message: format!("`{text}`: {error}"),
        hint: None,
    })
}

/// Most branches of a mixture: more are data, not a law that anybody reads.
const BRANCHES_MAX: usize = 100;

/// `mix(90 % 5 ms, 10 % 100 ms)`.
fn mixture(text: &str, inside: &str) -> Result<Distribution, Malformed> {
    let mut pairs = Vec::new();
    for part in inside.split(',').take(BRANCHES_MAX + 1) {
        let Some((weight, value)) = part.split_once('%') else {
            let hint = "write \"mix(90 % 5 ms, 10 % 100 ms)\"";
            return malformed(format!("`{}` has no percentage", part.trim()), hint);
        };
        pairs.push((share(&format!("{weight}%"))?, duration(value)? as f64));
    }
    if pairs.len() > BRANCHES_MAX {
        return malformed(format!("`mix` has more than {BRANCHES_MAX} branches"), "");
    }
    let total: f64 = pairs.iter().map(|pair| pair.0).sum();
    if (total - 1.0).abs() > 1e-9 {
        return malformed(
            format!("`{text}`: the shares add up to {} %", total * 100.0),
            "",
        );
    }
    Distribution::empirical(&pairs).map_err(|error| Malformed {
        message: format!("`{text}`: {error}"),
        hint: None,
    })
}

/// `mean = 5 ms, shape = 2`, or the same by position.
struct Arguments<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Arguments<'a> {
    fn parse(text: &'a str) -> Result<Self, Malformed> {
        let mut list = Vec::new();
        for part in text.split(',').take(8) {
            let (name, value) = part.split_once('=').unwrap_or(("", part));
            let name = name.trim();
            if !name.is_empty() && list.iter().any(|&(other, _)| other == name) {
                return malformed(format!("`{name}` is given twice"), "");
            }
            list.push((name, value.trim()));
        }
        Ok(Arguments(list))
    }

    fn only(&self, names: &[&str]) -> Result<(), Malformed> {
        match self
            .0
            .iter()
            .find(|(name, _)| !name.is_empty() && !names.contains(name))
        {
            Some((name, _)) => {
                let hint = format!("it takes {}", names.join(" and "));
                malformed(format!("`{name}` is not a parameter here"), &hint)
            }
            None => Ok(()),
        }
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(n, _)| *n == name)
            .map(|&(_, value)| value)
    }

    fn time(&self, name: &str) -> Option<Result<f64, Malformed>> {
        self.get(name)
            .map(|value| duration(value).map(|ns| ns as f64))
    }

    fn required_time(&self, name: &str, position: usize) -> Result<f64, Malformed> {
        let positional = self
            .0
            .get(position)
            .filter(|(n, _)| n.is_empty())
            .map(|&(_, v)| v);
        match self.get(name).filter(|_| !name.is_empty()).or(positional) {
            Some(value) => duration(value).map(|ns| ns as f64),
            None => malformed(format!("`{name}` is missing"), "such as \"mean = 5 ms\""),
        }
    }

    fn required_number(&self, name: &str) -> Result<f64, Malformed> {
        let Some(value) = self.get(name) else {
            return malformed(
                format!("`{name}` is missing"),
                &format!("such as \"{name} = 4\""),
            );
        };
        match split(value) {
            Some((number, "")) => Ok(number),
            _ => malformed(format!("`{name} = {value}` is not a number"), ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_as_people_write_them() {
        assert_eq!(duration("250 ms"), Ok(250_000_000));
        assert_eq!(duration("1.5s"), Ok(1_500_000_000));
        assert_eq!(duration("2 min"), Ok(120_000_000_000));
        assert_eq!(rate("1_200/s"), Ok(1200.0));
        assert_eq!(rate("30 per min"), Ok(0.5));
        assert_eq!(share("5 %"), Ok(0.05));
        assert_eq!(share("0.05"), Ok(0.05));
        assert_eq!(size("2 kB"), Ok(2_000));
        assert_eq!(bandwidth("100 Mbit/s"), Ok(12.5e6));
    }

    #[test]
    fn mistakes_are_explained() {
        let error = duration("250").unwrap_err();
        assert_eq!(error.message, "`250` is not a length of time");
        assert!(error.hint.unwrap().contains("250 ms"));
        assert!(duration("-1 s").is_err());
        assert!(duration("1e300 h").is_err());
        assert!(rate("0/s").is_err());
        assert!(share("120 %").is_err());
        assert_eq!(
            law("exponentail(5 ms)").unwrap_err().hint.unwrap(),
            "did you mean `exponential`?"
        );
        assert!(
            law("mix(50 % 1 ms, 40 % 2 ms)")
                .unwrap_err()
                .message
                .contains("90 %")
        );
    }

    #[test]
    fn laws_have_the_figures_they_are_given() {
        let close = |law: Distribution, mean: f64| {
            assert!(
                (law.mean() / mean - 1.0).abs() < 1e-9,
                "{law:?} {}",
                law.mean()
            );
        };
        close(law("5 ms").unwrap(), 5e6);
        close(law("mean = 5 ms").unwrap(), 5e6);
        close(law("mean = 5 ms, p99 = 40 ms").unwrap(), 5e6);
        close(law("p99 = 40 ms").unwrap(), 40e6 / libm::log(100.0));
        close(law("uniform(1 ms, 3 ms)").unwrap(), 2e6);
        close(law("erlang(k = 4, mean = 5 ms)").unwrap(), 5e6);
        close(law("hyperexponential(mean = 5 ms, scv = 4)").unwrap(), 5e6);
        close(law("lognormal(mean = 5 ms, scv = 4)").unwrap(), 5e6);
        close(law("pareto(mean = 5 ms, shape = 2.5)").unwrap(), 5e6);
        close(law("weibull(mean = 5 ms, shape = 0.7)").unwrap(), 5e6);
        close(law("mix(90 % 5 ms, 10 % 100 ms)").unwrap(), 14.5e6);
    }
}
