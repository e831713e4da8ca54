//! The objective and its alerts as files: Prometheus rules, OpenSLO, Sloth.

use super::alert::{Alert, window};
use crate::sizing::answer::File;

/// Where a query names its range.
pub(super) const WINDOW_MARK: &str = "{{.window}}";

/// What the files say.
pub(super) struct Export<'e> {
    pub(super) service: &'e str,
    pub(super) objective: f64,
    pub(super) period_h: f64,
    pub(super) alerts: &'e [Alert],
    pub(super) bad_query: String,
    pub(super) total_query: String,
}

impl Export<'_> {
    pub(super) fn files(&self) -> Vec<File> {
        let file = |name: &str, about: &str, text: String| File {
            name: name.to_owned(),
            about: about.to_owned(),
            language: "yaml".to_owned(),
            text,
        };
        vec![
            file(
                "prometheus-rules.yaml",
                "recording and alerting rules for Prometheus",
                self.prometheus(),
            ),
            file(
                "openslo.yaml",
                "the objective as OpenSLO v1",
                self.openslo(),
            ),
            file(
                "sloth.yaml",
                "the objective for Sloth, which generates its own rules",
                self.sloth(),
            ),
        ]
    }

    fn prometheus(&self) -> String {
        let name = dns_name(self.service);
        let mut text = format!("groups:\n  - name: {name}-slo-record\n    rules:\n");
        for window in self.windows() {
            let bad = self.bad_query.replace(WINDOW_MARK, &window);
            let total = self.total_query.replace(WINDOW_MARK, &window);
            text.push_str(&format!(
                "      - record: slo:bad_share:ratio_rate{window}\n        expr: |\n          ({bad})\n          /\n          ({total})\n        labels:\n          service: {}\n",
                quoted(self.service)
            ));
        }
        text.push_str(&format!("  - name: {name}-slo-alert\n    rules:\n"));
        for severity in self.severities() {
            text.push_str(&self.rule(severity));
        }
        text
    }

    /// One alerting rule: any pair of windows of that severity.
    fn rule(&self, severity: &str) -> String {
        let allowed = plain(1.0 - self.objective);
        let service = quoted(self.service);
        let alerts = self
            .alerts
            .iter()
            .filter(|alert| alert.severity == severity);
        let pairs: Vec<String> = alerts
            .map(|alert| {
                let over = |hours: f64| {
                    format!(
                        "slo:bad_share:ratio_rate{}{{service={service}}} > ({} * {allowed})",
                        window(hours),
                        plain(alert.burn_rate(self.period_h))
                    )
                };
                format!(
                    "          (\n            {}\n            and\n            {}\n          )\n",
                    over(alert.long_h),
                    over(alert.short_h)
                )
            })
            .collect();
        let summary = format!(
            "{} spends the error budget of its objective of {} % too fast",
            self.service,
            plain(self.objective * 100.0)
        );
        format!(
            "      - alert: {}{}\n        expr: |\n{}        labels:\n          severity: {}\n          service: {service}\n        annotations:\n          summary: {}\n",
            pascal_case(self.service),
            pascal_case(&format!("budget burn {severity}")),
            pairs.join("          or\n"),
            quoted(severity),
            template_free(&summary),
        )
    }

    fn openslo(&self) -> String {
        let name = dns_name(self.service);
        let source = |query: &str| {
            format!(
                "          metricSource:\n            type: Prometheus\n            spec:\n              query: {}\n",
                quoted(query)
            )
        };
        format!(
            "apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: {name}-availability\n  displayName: {}\nspec:\n  description: {}\n  service: {name}\n  indicator:\n    metadata:\n      name: {name}-bad-share\n    spec:\n      ratioMetric:\n        counter: true\n        bad:\n{}        total:\n{}  timeWindow:\n    - duration: {}\n      isRolling: true\n  budgetingMethod: Occurrences\n  objectives:\n    - displayName: {}\n      target: {}\n",
            quoted(&format!("{} availability", self.service)),
            quoted(&format!(
                "{} % of events are good",
                plain(self.objective * 100.0)
            )),
            source(&self.bad_query),
            source(&self.total_query),
            openslo_duration(self.period_h),
            quoted("Good"),
            plain(self.objective),
        )
    }

    fn sloth(&self) -> String {
        let has = |severity: &str| self.alerts.iter().any(|alert| alert.severity == severity);
        let alert = |kind: &str| {
            if has(kind) {
                format!("      {kind}_alert:\n        labels:\n          severity: {kind}\n")
            } else {
                format!("      {kind}_alert:\n        disable: true\n")
            }
        };
        format!(
            "version: \"prometheus/v1\"\nservice: {}\nslos:\n  - name: \"availability\"\n    objective: {}\n    description: {}\n    sli:\n      events:\n        error_query: {}\n        total_query: {}\n    alerting:\n      name: {}BudgetBurn\n{}{}",
            quoted(self.service),
            plain(self.objective * 100.0),
            quoted(&format!(
                "{} % of events are good",
                plain(self.objective * 100.0)
            )),
            quoted(&self.bad_query),
            quoted(&self.total_query),
            pascal_case(self.service),
            alert("page"),
            alert("ticket"),
        )
    }

    /// Every window once, shortest first.
    fn windows(&self) -> Vec<String> {
        let mut hours: Vec<f64> = self
            .alerts
            .iter()
            .flat_map(|alert| [alert.short_h, alert.long_h])
            .collect();
        hours.sort_by(f64::total_cmp);
        let mut windows: Vec<String> = hours.into_iter().map(window).collect();
        windows.dedup();
        windows
    }

    /// Every severity once, in the order of the alerts.
    fn severities(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for alert in self.alerts {
            if !found.contains(&alert.severity.as_str()) {
                found.push(&alert.severity);
            }
        }
        found
    }
}

/// A number without an exponent and without the noise of binary fractions.
pub(super) fn plain(value: f64) -> String {
    let text = format!("{value:.10}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// A double-quoted string, which YAML and PromQL read as JSON does.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// An annotation is a template, in which two braces begin an action.
fn template_free(text: &str) -> String {
    quoted(&text.replace("{{", "{ {"))
}

/// A duration of OpenSLO: a whole number of days, hours or minutes.
fn openslo_duration(hours: f64) -> String {
    let minutes = libm::round(hours * 60.0).max(1.0) as u64;
    let units = [(1440, "d"), (60, "h")];
    match units.iter().find(|(unit, _)| minutes.is_multiple_of(*unit)) {
        Some((unit, letter)) => format!("{}{letter}", minutes / unit),
        None => format!("{minutes}m"),
    }
}

/// Lower case letters, digits and single hyphens, at most 40: a name of RFC 1123 with room for what
/// is joined to it.
fn dns_name(text: &str) -> String {
    let mut out = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let out: String = out.chars().take(40).collect();
    match out.trim_end_matches('-') {
        "" => "service".to_owned(),
        name => name.to_owned(),
    }
}

/// `checkout api` is `CheckoutApi`: a name of an alert.
fn pascal_case(text: &str) -> String {
    let mut out = String::new();
    for word in dns_name(text).split('-') {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    match out.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("Service{out}"),
        false => out,
    }
}
