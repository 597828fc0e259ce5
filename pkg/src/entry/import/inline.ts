// Browsers, bundlers and anything else: the module travels inside the script,
// so that there is no second file to serve, to lose or to wait for.

import { decode } from '../../base64.js';
import base64 from '../../import-base64.js';
import { initSync } from '../../import.js';

initSync({ module: decode(base64) });

export * from '../../price_book_import.js';
