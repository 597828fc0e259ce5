/** What a response is called, and for admissions the reservation too: a request can be found in the log by it. */
export function newRequestId(): string {
  return `req_${crypto.randomUUID().replaceAll('-', '')}`;
}
