//! Formulas, diagrams and code of any text end soon, without a panic and without running markup.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use site::{Fragments, MathDisplay};

/// Far more than any fragment takes without optimisation.
const FRAGMENT_MAX: Duration = Duration::from_secs(5);

fn math(latex: &str) -> Result<String, String> {
    let started = Instant::now();
    let made = Fragments::default().math(latex, MathDisplay::Block);
    assert!(
        started.elapsed() < FRAGMENT_MAX,
        "{latex} took {:?}",
        started.elapsed()
    );
    if let Ok(markup) = &made {
        assert_harmless(markup, latex);
    }
    made.map_err(|error| error.0)
}

fn diagram(source: &str) -> Result<String, String> {
    let started = Instant::now();
    let made = Fragments::default().diagram(source, "T", "A", "d1");
    assert!(
        started.elapsed() < FRAGMENT_MAX,
        "{source} took {:?}",
        started.elapsed()
    );
    if let Ok(markup) = &made {
        assert_harmless(markup, source);
    }
    made.map_err(|error| error.0)
}

/// No element or attribute that runs or loads anything.
fn assert_harmless(markup: &str, source: &str) {
    let lower = markup.to_lowercase();
    for bad in [
        "<script",
        "<img",
        "<iframe",
        "<foreignobject",
        "<a ",
        "<b>",
        "style=",
        "href=",
    ] {
        assert!(!lower.contains(bad), "{bad} from {source:?} in {markup}");
    }
    for tag in lower.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or("");
        let names = tag.split_whitespace().skip(1);
        assert!(
            !names.clone().any(|name| name.starts_with("on")),
            "{tag} from {source:?}"
        );
    }
    assert_eq!(
        lower.matches('<').count(),
        lower.matches('>').count(),
        "{source:?}: {markup}"
    );
}

#[test]
fn formulas_that_once_went_wrong_are_refused_or_drawn() {
    for latex in [
        r"\def\a{\a\a}\a",
        r"\newcommand{\x}{\x}\x",
        r"\def\a#1{\a{#1#1}}\a{x}",
        r"\let\a\a\a",
        r"\text{<script>alert(1)</script>}",
        r"\operatorname{<b>}",
        r"\color{red}x",
        r"\textcolor{#ff0000}{x}",
        r#"\color{red" onload="x}"#,
        r"\begin{array}{c|c}a & b\\ \hline c & d\end{array}",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\begin{cases} a & b \\ c & d \end{cases}",
        r"\hspace{1em}\kern 3pt\rule{1em}{1em}",
        r"\left( \frac{1}{2",
        r"\end{array}",
        r"\begin{array}",
        r"x^{y^{z^{w}}}_{a_b}",
        r"x^^y",
        r"#1",
        r"&",
        r"\\",
        r"\",
        r"%",
        r"\char",
        r"\char123456789",
        r"\hspace{99999999999999999999em}",
        r"\not",
        r"\sqrt[3",
        r"\overset{a}",
        "\u{0}",
        "\u{feff}é∑",
        r"\label{x}\tag{1}\href{javascript:x}{y}\url{x}",
    ] {
        let _ = math(latex);
    }
    for part in [
        "{",
        "}",
        r"\left(",
        r"\frac",
        "^",
        "_",
        r"\sqrt{",
        r"\begin{array}{c}",
        "&",
        "'",
    ] {
        let _ = math(&part.repeat(2_000 / part.len()));
    }
}

#[test]
fn everyday_formulas_are_drawn() {
    for latex in [
        r"L = \lambda W",
        r"C(c, a) = \frac{\frac{a^c}{c!}\frac{c}{c-a}}{\sum_{k=0}^{c-1}\frac{a^k}{k!} + \frac{a^c}{c!}\frac{c}{c-a}}",
        r"P(X > x) \le e^{-\lambda x}, \quad x \in \mathbb{R}",
        r"\lceil \log_2 n \rceil \cdot \left(1 - \rho\right)^{-1}",
        r"\begin{cases} 0 & x < 1 \\ 1 & x \ge 1 \end{cases}",
        r"\text{availability} = 1 - (1 - a)^n",
    ] {
        let made = math(latex);
        assert!(made.is_ok(), "{latex}: {made:?}");
    }
}

#[test]
fn diagrams_that_once_went_wrong_are_refused_or_drawn() {
    for source in [
        "",
        "flowchart LR",
        "flowchart LR\nA-->A",
        "flowchart LR\nA[\"<script>alert(1)</script>\"] --> B[<img src=x onerror=y>]",
        "flowchart LR\nsubgraph A\nA --> A\nend",
        "flowchart LR\nsubgraph A\nsubgraph B\nend\nend\nA --> B",
        "flowchart LR\nA & B --> C & D & A",
        "flowchart LR\nA -->|\"quo\\\"te\"| B",
        "flowchart LR\nA[",
        "flowchart LR\nA{{{{{{",
        "flowchart LR\nclick A href \"javascript:x\"",
        "flowchart XX\nA",
        "sequenceDiagram\nA->>A: <b>self</b>",
        "sequenceDiagram\nactivate A",
        "sequenceDiagram\nA->>B: x\ndeactivate B\ndeactivate B",
        "sequenceDiagram\nA->>-B: x",
        "sequenceDiagram\nNote over A,A: x\nA->>B: y",
        "stateDiagram-v2\n[*] --> [*]",
        "stateDiagram-v2\nstate A {\nA --> A\n}",
        "stateDiagram-v2\nstate A {\n[*] --> B\n--\n[*] --> C\n}\nA --> [*]",
        "stateDiagram-v2\nA --> B : \u{202e}\u{0}x",
        "pie\n\"a\" : 1",
    ] {
        let _ = diagram(source);
    }
}

#[test]
fn code_of_any_language_is_text() {
    let samples = [
        "<script>alert(1)</script>",
        "\"'`$(\\\n\t\u{0}\u{1b}[",
        "/* <!-- <?php {{{ #!",
        "'''\n\"\"\"\n```\n",
    ];
    for language in [
        "",
        "rust",
        "yaml",
        "html",
        "sh",
        "sql",
        "json",
        "go",
        "java",
        "python",
        "nginx",
        "toml",
        "dockerfile",
        "promql",
        "js",
        "php",
        "markdown",
        "\"><script>",
        "no such language",
    ] {
        for sample in samples {
            let started = Instant::now();
            let made = Fragments::default().code(language, &sample.repeat(40));
            assert!(
                started.elapsed() < FRAGMENT_MAX,
                "{language} took {:?}",
                started.elapsed()
            );
            let rest = made.replace("</span>", "").replace("<span class=c", "");
            assert!(!rest.contains('<'), "{language}: {made}");
        }
    }
}

const LATEX: [&str; 44] = [
    "\\frac",
    "\\sqrt",
    "[",
    "]",
    "{",
    "}",
    "^",
    "_",
    "\\left",
    "\\right",
    "(",
    ")",
    ".",
    "|",
    "\\begin{array}{cc}",
    "\\end{array}",
    "\\begin{cases}",
    "\\end{cases}",
    "&",
    "\\\\",
    "\\hline",
    "\\text{a}",
    "\\text",
    "\\mathbb",
    "\\color{red}",
    "\\hspace",
    "1em",
    "'",
    "\\sum",
    "\\limits",
    "\\operatorname",
    "\\overbrace",
    "\\not",
    "=",
    "x",
    "12",
    " ",
    "<",
    "\\substack",
    "\\char",
    "\\big",
    "#1",
    "$",
    "~",
];
const FLOW: [&str; 26] = [
    "A",
    "B",
    "C1",
    " --> ",
    " -.-> ",
    " ==> ",
    " --- ",
    "|x|",
    "[t]",
    "(t)",
    "{t}",
    "((t))",
    "[\"q\"]",
    "\n",
    "\n",
    "subgraph S\n",
    "end\n",
    " & ",
    ":::accent",
    "class A muted\n",
    "direction TB\n",
    "%% c\n",
    "[[t]]",
    "<br>",
    ";",
    "é",
];
const SEQUENCE: [&str; 24] = [
    "A->>B: x\n",
    "B-->>A: y\n",
    "A->>+B: x\n",
    "B-->>-A: y\n",
    "A-xB: z\n",
    "A-)A: self\n",
    "participant C as Long\n",
    "actor D\n",
    "alt a\n",
    "else b\n",
    "opt c\n",
    "par d\n",
    "and e\n",
    "loop f\n",
    "end\n",
    "critical g\n",
    "option h\n",
    "break i\n",
    "note over A,B: n\n",
    "Note left of A: m\n",
    "activate A\n",
    "deactivate A\n",
    "autonumber\n",
    "title T\n",
];
const STATE: [&str; 16] = [
    "[*] --> A\n",
    "A --> B: x\n",
    "B --> [*]\n",
    "A --> A\n",
    "state C {\n",
    "}\n",
    "--\n",
    "state \"L\" as D\n",
    "state E <<choice>>\n",
    "state F <<fork>>\n",
    "note right of A: n\n",
    "note left of B\nm\nend note\n",
    "A : label\n",
    "direction LR\n",
    "class A accent\n",
    "C --> D\n",
];

fn mixture(parts: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(parts), 0..most).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(120),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_formula_ends(latex in mixture(&LATEX, 24)) {
        let _ = math(&latex);
    }

    #[test]
    fn any_text_as_formula_ends(latex in "[\\\\a-f{}^_&\\[\\]()'0-9 .<|]{0,30}") {
        let _ = math(&latex);
    }

    #[test]
    fn any_flowchart_ends(body in mixture(&FLOW, 40)) {
        let _ = diagram(&format!("flowchart LR\n{body}"));
    }

    #[test]
    fn any_sequence_ends(body in mixture(&SEQUENCE, 20)) {
        let _ = diagram(&format!("sequenceDiagram\n{body}"));
    }

    #[test]
    fn any_state_machine_ends(body in mixture(&STATE, 20)) {
        let _ = diagram(&format!("stateDiagram-v2\n{body}"));
    }
}
