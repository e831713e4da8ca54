use advisor::fix::*;
use catalog::*;
fn main() {
    let root = std::path::Path::new("content");
    let mut files = std::collections::BTreeMap::new();
    fn collect(f: &std::path::Path, p: &str, m: &mut std::collections::BTreeMap<String, Vec<u8>>) {
        for e in std::fs::read_dir(f).unwrap().flatten() {
            let n = format!("{p}{}", e.file_name().to_string_lossy());
            if e.path().is_dir() { collect(&e.path(), &format!("{n}/"), m) } else { m.insert(n, std::fs::read(e.path()).unwrap()); }
        }
    }
    collect(root, "", &mut files);
    let c = Catalog::load(&[Layer { name: "s".into(), files }], &Generated::default());
    let d = Diagnosis::read(&c).unwrap_or_else(|e| panic!("{e:#?}"));
    for t in std::env::args().skip(1) {
        let a = answer(&Question { text: t.clone(), ..Default::default() }, &d).unwrap();
        println!("{t}\n  unknown {} other {:.2} understood {:?}", a.unknown, a.other, a.understood);
        for c in &a.causes[..3] {
            println!("  {} {:.3}", c.id, c.p);
            for r in c.reasons_for.iter().chain(&c.reasons_against) { println!("      {:+.2} {} {}", r.bits, r.fact, r.observed); }
        }
    }
}
