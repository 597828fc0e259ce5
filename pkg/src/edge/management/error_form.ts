/** The provider's error shape, as the API description tells it, and the refusals that any endpoint can answer with. */
import { z } from '@hono/zod-openapi';

const ProblemForm = z
  .strictObject({ path: z.string(), value: z.string(), message: z.string(), remedy: z.string() })
  .openapi('Problem');

export const ErrorForm = z
  .strictObject({
    type: z.literal('error'),
    error: z.strictObject({
      type: z.string(),
      message: z.string(),
      details: z.looseObject({ error_code: z.string(), problems: z.array(ProblemForm).optional() }).optional(),
    }),
    request_id: z.string(),
  })
  .openapi('Error');

const refused = (description: string) => ({ description, content: { 'application/json': { schema: ErrorForm } } });

export const REFUSALS = {
  400: refused(
    'The request is malformed, or asks for what cannot be: the message names the path, the value and the remedy.',
  ),
  401: refused('No valid admin key and no open session.'),
  403: refused('The caller may not do this.'),
  404: refused('It does not exist, or the caller may not see it; or the body names something that does not exist.'),
  405: refused('Another method: the header `allow` lists those of this address.'),
  409: refused('It was changed since it was read, exists already, or is still needed by something else.'),
  413: refused('The body is too long.'),
  415: refused('The body is not `application/json`.'),
  431: refused('The headers are too long.'),
  500: refused('The gateway failed.'),
  503: refused('The organization cannot be asked at the moment.'),
};
