// Reads as much of a WebAssembly module as its makers want to know.

const CUSTOM = 0;
const IMPORT = 2;
const CODE = 10;
const DATA = 11;
/** Of the names, those of functions. */
const FUNCTIONS = 1;

/**
 * How many functions are imported, the bytes of each that is not, the bytes of all data, and the names of functions that have
 * one.
 *
 * @param {Buffer} module
 */
export function readModule(module) {
  const reader = new Reader(module, 8);
  const read = { imports: 0, bodies: [], data: Buffer.alloc(0), names: new Map() };
  while (reader.at < module.length) {
    const section = module[reader.at++];
    const end = reader.number() + reader.at;
    if (section === IMPORT) {
      read.imports = reader.functionImports();
    } else if (section === CODE) {
      for (let left = reader.number(); left > 0; left--) {
        read.bodies.push(reader.bytes());
      }
    } else if (section === DATA) {
      read.data = module.subarray(reader.at, end);
    } else if (section === CUSTOM && reader.text() === 'name') {
      reader.functionNames(end, read.names);
    }
    reader.at = end;
  }
  return read;
}

class Reader {
  constructor(bytes, at) {
    this.from = bytes;
    this.at = at;
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.from[this.at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        return value;
      }
    }
  }

  bytes() {
    const length = this.number();
    this.at += length;
    return this.from.subarray(this.at - length, this.at);
  }

  functionImports() {
    let count = 0;
    for (let left = this.number(); left > 0; left--) {
      this.bytes();
      this.bytes();
      const kind = this.from[this.at++];
      if (kind === 0) {
        count++;
      } else if (kind !== 3) {
        throw new Error(`the module imports something of kind ${kind}: only functions and globals are expected`);
      } else {
        this.at++;
      }
      this.number();
    }
    return count;
  }

  text() {
    return this.bytes().toString('utf8');
  }

  functionNames(end, names) {
    while (this.at < end) {
      const kind = this.from[this.at++];
      const next = this.number() + this.at;
      for (let left = kind === FUNCTIONS ? this.number() : 0; left > 0; left--) {
        const index = this.number();
        names.set(index, this.text());
      }
      this.at = next;
    }
  }
}
