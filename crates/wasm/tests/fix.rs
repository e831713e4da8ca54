//! The committed diagnosis module against native code: the same bytes on the same inputs.

use std::collections::BTreeMap;
use std::path::Path;

use advisor::fix::view::{Kit, Place, answer_html, ask, mistakes};
use advisor::fix::{Diagnosis, Model, review};
use catalog::{Catalog, Generated, Layer};
use wasmi::{Engine, Linker, Memory, Module, Store, TypedFunc};

/// The module as the site serves it.
const MODULE: &[u8] = include_bytes!("../../site/assets/wasm/fix.wasm");

/// A loaded module, called as the browser calls it.
struct Browser {
    store: Store<()>,
    memory: Memory,
    instance: wasmi::Instance,
}

impl Browser {
    fn new() -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, MODULE).expect("the module is valid");
        assert_eq!(
            module.imports().count(),
            0,
            "a pure module asks its host for nothing"
        );
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine)
            .instantiate_and_start(&mut store, &module)
            .expect("the module starts");
        let memory = instance
            .get_memory(&store, "memory")
            .expect("the memory is exported");
        Self {
            store,
            memory,
            instance,
        }
    }

    fn function<Params: wasmi::WasmParams, Answer: wasmi::WasmResults>(
        &self,
        name: &str,
    ) -> TypedFunc<Params, Answer> {
        self.instance
            .get_typed_func(&self.store, name)
            .expect("the function is exported")
    }

    /// Calls a function with a copy of bytes, and gives the copy back.
    fn call(&mut self, name: &str, bytes: &[u8]) -> u32 {
        let len = bytes.len() as u32;
        let alloc = self.function::<u32, u32>("alloc");
        let start = alloc.call(&mut self.store, len).expect("alloc returns");
        self.memory
            .write(&mut self.store, start as usize, bytes)
            .expect("the buffer is ours");
        let answer = self
            .function::<(u32, u32), u32>(name)
            .call(&mut self.store, (start, len))
            .expect("it returns");
        let free = self.function::<(u32, u32), ()>("free");
        free.call(&mut self.store, (start, len))
            .expect("free returns");
        answer
    }

    fn text(&mut self, name: &str, bytes: &[u8]) -> String {
        let start = self.call(name, bytes);
        let mut length = [0; 4];
        self.memory
            .read(&self.store, start as usize, &mut length)
            .expect("the length is there");
        let length = u32::from_le_bytes(length);
        let mut text = vec![0; length as usize];
        self.memory
            .read(&self.store, start as usize + 4, &mut text)
            .expect("the answer is there");
        let free = self.function::<(u32, u32), ()>("free");
        free.call(&mut self.store, (start, length + 4))
            .expect("free returns");
        String::from_utf8(text).expect("UTF-8")
    }
}

fn kit() -> Kit {
    fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                collect(&entry.path(), &format!("{name}/"), files);
            } else {
                files.insert(name, std::fs::read(entry.path()).expect("a file"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let mut layer = Layer {
        name: "studio".to_owned(),
        ..Layer::default()
    };
    for part in ["playbooks/", "planned/", "tools/"] {
        collect(&root.join(part), part, &mut layer.files);
    }
    let vocabulary = std::fs::read(root.join("vocabulary.toml")).expect("a file");
    layer.files.insert("vocabulary.toml".to_owned(), vocabulary);
    let catalog = Catalog::load(&[layer], &Generated::default());
    let model = Model::read(&catalog).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let texts = [("safe", "Safe now"), ("yes", "Yes <b>")];
    Kit {
        model,
        place: Place {
            texts: texts
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            root: "/studio".to_owned(),
            action: "/troubleshooting/".to_owned(),
        },
    }
}

#[test]
fn the_module_answers_as_native_code_does() {
    let kit = kit();
    let diagnosis = Diagnosis::new(kit.model.clone());
    let mut browser = Browser::new();
    assert_eq!(browser.text("fix_answer", b"[]"), "", "nothing is open yet");
    assert_eq!(browser.call("fix_open", b"{}"), 0);
    let bytes = serde_json::to_vec(&kit).expect("it can be written");
    assert_eq!(browser.call("fix_open", &bytes), 1);
    let questions: [&[(&str, &str)]; 6] = [
        &[],
        &[("text", "checkout times out since the deploy")],
        &[
            ("text", "lag"),
            ("replica_lag_s", "45 s"),
            ("stale_reads", "yes"),
        ],
        &[
            ("symptom", "timeouts"),
            ("no_leader", "unknown"),
            ("utm", "x"),
        ],
        &[("text", "<script>alert(1)</script> \u{1f525} full disk")],
        &[("replica_lag_s", "long")],
    ];
    for question in questions {
        let pairs: Vec<(String, String)> = question
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let native = match ask(&pairs, &diagnosis) {
            Ok(answer) => answer_html(&answer, &kit.model, &kit.place),
            Err(error) => mistakes(&error),
        };
        let fields = serde_json::to_vec(&pairs).expect("JSON");
        let html = browser.text("fix_answer", &fields);
        assert_eq!(html, native.into_string(), "{question:?}");
        assert!(!html.contains("<script>") && !html.contains("Yes <b>"));
    }
    assert_eq!(browser.text("fix_answer", b"no JSON"), "");
    let log = br#"[{"time_s": 1795600000, "kind": "step", "text": "rolled back"}]"#;
    let entries: Vec<review::Entry> = serde_json::from_slice(log).expect("a log");
    assert_eq!(browser.text("fix_review", log), review::review(&entries));
}
