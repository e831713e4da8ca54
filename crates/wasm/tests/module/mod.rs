//! A browser module, called as the browser calls it.

use wasmi::{Engine, Linker, Memory, Module, Store, TypedFunc};

/// A loaded module.
pub(crate) struct Loaded {
    pub(crate) store: Store<()>,
    memory: Memory,
    instance: wasmi::Instance,
}

impl Loaded {
    /// Instantiates a module.
    pub(crate) fn new(module: &[u8]) -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, module).expect("the module is valid");
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

    /// An exported function.
    pub(crate) fn function<Params: wasmi::WasmParams, Answer: wasmi::WasmResults>(
        &self,
        name: &str,
    ) -> TypedFunc<Params, Answer> {
        self.instance
            .get_typed_func(&self.store, name)
            .expect("the function is exported")
    }

    /// Copies bytes into the module.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> (u32, u32) {
        let len = bytes.len() as u32;
        let alloc = self.function::<u32, u32>("alloc");
        let start = alloc.call(&mut self.store, len).expect("alloc returns");
        self.memory
            .write(&mut self.store, start as usize, bytes)
            .expect("the buffer is ours");
        (start, len)
    }

    /// Gives a buffer back.
    pub(crate) fn free(&mut self, start: u32, len: u32) {
        let free = self.function::<(u32, u32), ()>("free");
        free.call(&mut self.store, (start, len))
            .expect("free returns");
    }

    /// Copies an answer out of the module and gives it back.
    pub(crate) fn answer(&mut self, start: u32) -> String {
        let mut length = [0; 4];
        self.memory
            .read(&self.store, start as usize, &mut length)
            .expect("in bounds");
        let length = u32::from_le_bytes(length);
        let mut bytes = vec![0; length as usize];
        self.memory
            .read(&self.store, start as usize + 4, &mut bytes)
            .expect("in bounds");
        self.free(start, length + 4);
        String::from_utf8(bytes).expect("answers are UTF-8")
    }
}
