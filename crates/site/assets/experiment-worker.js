// Runs the simulator module slice by slice, and looks between slices whether a newer run is wanted.

const ENDED = 2; // what a step says after the last slice; 1 stands for a new picture, 0 for none
let simulator; // promise of the module's exports
let wanted;

async function load(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(url);
  return (await WebAssembly.instantiate(await response.arrayBuffer())).instance.exports;
}

function open(exports, question) {
  const bytes = new TextEncoder().encode(question);
  const start = exports.alloc(bytes.length);
  new Uint8Array(exports.memory.buffer, start).set(bytes);
  const isOpen = exports.sim_open(start, bytes.length);
  exports.free(start, bytes.length);
  if (!isOpen) throw new Error("question");
}

function picture(exports) {
  const start = exports.sim_picture();
  const { buffer } = exports.memory;
  const length = new DataView(buffer).getUint32(start, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, start + 4, length));
  exports.free(start, length + 4);
  return text;
}

// Lets messages in: a timer would wait for milliseconds, a channel does not.
const { port1, port2 } = new MessageChannel();
const turn = () =>
  new Promise((go) => {
    port1.onmessage = go;
    port2.postMessage(0);
  });

onmessage = async ({ data: { run, module, question, isWarming } }) => {
  wanted = run;
  try {
    const exports = await (simulator ??= load(module));
    if (wanted !== run) return;
    open(exports, question);
    let state;
    while (state !== ENDED && wanted === run) {
      state = exports.sim_step();
      // The first picture of a run that nobody asked for has warmed up everything.
      if (state && isWarming) return void picture(exports);
      if (state) postMessage({ run, picture: picture(exports), isLast: state === ENDED });
      await turn();
    }
  } catch {
    postMessage({ run, failed: true });
  }
};
