// Generated from the shapes of usage objects: `cargo tollgate schema usage-reader`. Do not edit.
import { byModality, isCount, isObject, type Counts, type Names, type Reader } from './usage_value.js';

function anthropic(usage: Record<string, unknown>, told: Counts, names: Names): number {
  const { counts } = told;
  let present = 0;
  let said = 0;
  const v0 = usage.input_tokens;
  if (v0 !== undefined && v0 !== null) {
    if (!isCount(v0)) return -1;
    counts[0] = v0;
    present |= 1;
  }
  const v1 = usage.output_tokens;
  if (v1 !== undefined && v1 !== null) {
    if (!isCount(v1)) return -1;
    counts[1] = v1;
    present |= 2;
  }
  const v2 = usage.cache_read_input_tokens;
  if (v2 !== undefined && v2 !== null) {
    if (!isCount(v2)) return -1;
    counts[2] = v2;
    present |= 4;
  }
  const v3 = usage.cache_creation_input_tokens;
  if (v3 !== undefined && v3 !== null) {
    if (!isCount(v3)) return -1;
    counts[3] = v3;
    present |= 8;
  }
  const v4 = usage.cache_creation;
  if (v4 !== undefined && v4 !== null) {
    if (!isObject(v4)) return -1;
    const v5 = v4.ephemeral_5m_input_tokens;
    if (v5 !== undefined && v5 !== null) {
      if (!isCount(v5)) return -1;
      counts[4] = v5;
      present |= 16;
    }
    const v6 = v4.ephemeral_1h_input_tokens;
    if (v6 !== undefined && v6 !== null) {
      if (!isCount(v6)) return -1;
      counts[5] = v6;
      present |= 32;
    }
  }
  const v7 = usage.server_tool_use;
  if (v7 !== undefined && v7 !== null) {
    if (!isObject(v7)) return -1;
    const v8 = v7.web_search_requests;
    if (v8 !== undefined && v8 !== null) {
      if (!isCount(v8)) return -1;
      counts[6] = v8;
      present |= 64;
    }
  }
  const v9 = usage.output_tokens_details;
  if (v9 !== undefined && v9 !== null) {
    if (!isObject(v9)) return -1;
    const v10 = v9.thinking_tokens;
    if (v10 !== undefined && v10 !== null) {
      if (!isCount(v10)) return -1;
      counts[7] = v10;
      present |= 128;
    }
  }
  const v11 = usage.service_tier;
  if (v11 !== undefined && v11 !== null) {
    const position = names[0].get(v11);
    if (position === undefined) return -1;
    said |= position << 0;
  }
  const v12 = usage.speed;
  if (v12 !== undefined && v12 !== null) {
    const position = names[1].get(v12);
    if (position === undefined) return -1;
    said |= position << 8;
  }
  const v13 = usage.inference_geo;
  if (v13 !== undefined && v13 !== null) {
    const position = names[2].get(v13);
    if (position === undefined) return -1;
    said |= position << 16;
  }
  const v14 = usage.model;
  if (v14 !== undefined && v14 !== null) {
    return -1;
  }
  const v15 = usage.iterations;
  if (v15 !== undefined && v15 !== null) {
    if (!Array.isArray(v15) || v15.length > 0) return -1;
  }
  told.present = present;
  return said;
}

function openai_chat(usage: Record<string, unknown>, told: Counts, names: Names): number {
  const { counts } = told;
  let present = 0;
  let said = 0;
  const v0 = usage.prompt_tokens;
  if (v0 !== undefined && v0 !== null) {
    if (!isCount(v0)) return -1;
    counts[0] = v0;
    present |= 1;
  }
  const v1 = usage.completion_tokens;
  if (v1 !== undefined && v1 !== null) {
    if (!isCount(v1)) return -1;
    counts[1] = v1;
    present |= 2;
  }
  const v2 = usage.total_tokens;
  if (v2 !== undefined && v2 !== null) {
    if (!isCount(v2)) return -1;
    counts[2] = v2;
    present |= 4;
  }
  const v3 = usage.prompt_tokens_details;
  if (v3 !== undefined && v3 !== null) {
    if (!isObject(v3)) return -1;
    const v4 = v3.cached_tokens;
    if (v4 !== undefined && v4 !== null) {
      if (!isCount(v4)) return -1;
      counts[3] = v4;
      present |= 8;
    }
    const v5 = v3.cache_write_tokens;
    if (v5 !== undefined && v5 !== null) {
      if (!isCount(v5)) return -1;
      counts[4] = v5;
      present |= 16;
    }
    const v6 = v3.cache_write_tokens_details;
    if (v6 !== undefined && v6 !== null) {
      if (!isObject(v6)) return -1;
      const v7 = v6.ttl_30m_tokens;
      if (v7 !== undefined && v7 !== null) {
        if (!isCount(v7)) return -1;
        counts[5] = v7;
        present |= 32;
      }
      const v8 = v6.ttl_12h_tokens;
      if (v8 !== undefined && v8 !== null) {
        if (!isCount(v8)) return -1;
        counts[6] = v8;
        present |= 64;
      }
    }
    const v9 = v3.audio_tokens;
    if (v9 !== undefined && v9 !== null) {
      if (!isCount(v9)) return -1;
      counts[7] = v9;
      present |= 128;
    }
    const v10 = v3.image_tokens;
    if (v10 !== undefined && v10 !== null) {
      if (!isCount(v10)) return -1;
      counts[8] = v10;
      present |= 256;
    }
    const v11 = v3.cached_tokens_details;
    if (v11 !== undefined && v11 !== null) {
      if (!isObject(v11)) return -1;
      const v12 = v11.audio_tokens;
      if (v12 !== undefined && v12 !== null) {
        if (!isCount(v12)) return -1;
        counts[9] = v12;
        present |= 512;
      }
      const v13 = v11.image_tokens;
      if (v13 !== undefined && v13 !== null) {
        if (!isCount(v13)) return -1;
        counts[10] = v13;
        present |= 1024;
      }
    }
  }
  const v14 = usage.completion_tokens_details;
  if (v14 !== undefined && v14 !== null) {
    if (!isObject(v14)) return -1;
    const v15 = v14.reasoning_tokens;
    if (v15 !== undefined && v15 !== null) {
      if (!isCount(v15)) return -1;
      counts[11] = v15;
      present |= 2048;
    }
    const v16 = v14.audio_tokens;
    if (v16 !== undefined && v16 !== null) {
      if (!isCount(v16)) return -1;
      counts[12] = v16;
      present |= 4096;
    }
    const v17 = v14.image_tokens;
    if (v17 !== undefined && v17 !== null) {
      if (!isCount(v17)) return -1;
      counts[13] = v17;
      present |= 8192;
    }
  }
  const v18 = usage.service_tier;
  if (v18 !== undefined && v18 !== null) {
    const position = names[0].get(v18);
    if (position === undefined) return -1;
    said |= position << 0;
  }
  told.present = present;
  return said;
}

function openai_responses(usage: Record<string, unknown>, told: Counts, names: Names): number {
  const { counts } = told;
  let present = 0;
  let said = 0;
  const v0 = usage.input_tokens;
  if (v0 !== undefined && v0 !== null) {
    if (!isCount(v0)) return -1;
    counts[0] = v0;
    present |= 1;
  }
  const v1 = usage.output_tokens;
  if (v1 !== undefined && v1 !== null) {
    if (!isCount(v1)) return -1;
    counts[1] = v1;
    present |= 2;
  }
  const v2 = usage.total_tokens;
  if (v2 !== undefined && v2 !== null) {
    if (!isCount(v2)) return -1;
    counts[2] = v2;
    present |= 4;
  }
  const v3 = usage.input_tokens_details;
  if (v3 !== undefined && v3 !== null) {
    if (!isObject(v3)) return -1;
    const v4 = v3.cached_tokens;
    if (v4 !== undefined && v4 !== null) {
      if (!isCount(v4)) return -1;
      counts[3] = v4;
      present |= 8;
    }
    const v5 = v3.cache_write_tokens;
    if (v5 !== undefined && v5 !== null) {
      if (!isCount(v5)) return -1;
      counts[4] = v5;
      present |= 16;
    }
    const v6 = v3.cache_write_tokens_details;
    if (v6 !== undefined && v6 !== null) {
      if (!isObject(v6)) return -1;
      const v7 = v6.ttl_30m_tokens;
      if (v7 !== undefined && v7 !== null) {
        if (!isCount(v7)) return -1;
        counts[5] = v7;
        present |= 32;
      }
      const v8 = v6.ttl_12h_tokens;
      if (v8 !== undefined && v8 !== null) {
        if (!isCount(v8)) return -1;
        counts[6] = v8;
        present |= 64;
      }
    }
    const v9 = v3.audio_tokens;
    if (v9 !== undefined && v9 !== null) {
      if (!isCount(v9)) return -1;
      counts[7] = v9;
      present |= 128;
    }
    const v10 = v3.image_tokens;
    if (v10 !== undefined && v10 !== null) {
      if (!isCount(v10)) return -1;
      counts[8] = v10;
      present |= 256;
    }
    const v11 = v3.cached_tokens_details;
    if (v11 !== undefined && v11 !== null) {
      if (!isObject(v11)) return -1;
      const v12 = v11.audio_tokens;
      if (v12 !== undefined && v12 !== null) {
        if (!isCount(v12)) return -1;
        counts[9] = v12;
        present |= 512;
      }
      const v13 = v11.image_tokens;
      if (v13 !== undefined && v13 !== null) {
        if (!isCount(v13)) return -1;
        counts[10] = v13;
        present |= 1024;
      }
    }
  }
  const v14 = usage.output_tokens_details;
  if (v14 !== undefined && v14 !== null) {
    if (!isObject(v14)) return -1;
    const v15 = v14.reasoning_tokens;
    if (v15 !== undefined && v15 !== null) {
      if (!isCount(v15)) return -1;
      counts[11] = v15;
      present |= 2048;
    }
    const v16 = v14.audio_tokens;
    if (v16 !== undefined && v16 !== null) {
      if (!isCount(v16)) return -1;
      counts[12] = v16;
      present |= 4096;
    }
    const v17 = v14.image_tokens;
    if (v17 !== undefined && v17 !== null) {
      if (!isCount(v17)) return -1;
      counts[13] = v17;
      present |= 8192;
    }
  }
  const v18 = usage.service_tier;
  if (v18 !== undefined && v18 !== null) {
    const position = names[0].get(v18);
    if (position === undefined) return -1;
    said |= position << 0;
  }
  told.present = present;
  return said;
}

const gemini_0: ReadonlyMap<unknown, number> = new Map([['TEXT', 6], ['MODALITY_UNSPECIFIED', 6], ['AUDIO', 7], ['IMAGE', 8], ['DOCUMENT', 8], ['VIDEO', 9]]);

const gemini_1: ReadonlyMap<unknown, number> = new Map([['TEXT', 10], ['MODALITY_UNSPECIFIED', 10], ['AUDIO', 11], ['IMAGE', 12], ['DOCUMENT', 12], ['VIDEO', 13]]);

const gemini_2: ReadonlyMap<unknown, number> = new Map([['TEXT', 14], ['MODALITY_UNSPECIFIED', 14], ['AUDIO', 15], ['IMAGE', 16], ['DOCUMENT', 16], ['VIDEO', 17]]);

const gemini_3: ReadonlyMap<unknown, number> = new Map([['TEXT', 18], ['MODALITY_UNSPECIFIED', 18], ['AUDIO', 19], ['IMAGE', 20], ['DOCUMENT', 20], ['VIDEO', 21]]);

function gemini(usage: Record<string, unknown>, told: Counts, names: Names): number {
  const { counts } = told;
  let present = 0;
  let said = 0;
  const v0 = usage.promptTokenCount;
  if (v0 !== undefined && v0 !== null) {
    if (!isCount(v0)) return -1;
    counts[0] = v0;
    present |= 1;
  }
  const v1 = usage.candidatesTokenCount;
  if (v1 !== undefined && v1 !== null) {
    if (!isCount(v1)) return -1;
    counts[1] = v1;
    present |= 2;
  }
  const v2 = usage.thoughtsTokenCount;
  if (v2 !== undefined && v2 !== null) {
    if (!isCount(v2)) return -1;
    counts[2] = v2;
    present |= 4;
  }
  const v3 = usage.toolUsePromptTokenCount;
  if (v3 !== undefined && v3 !== null) {
    if (!isCount(v3)) return -1;
    counts[3] = v3;
    present |= 8;
  }
  const v4 = usage.cachedContentTokenCount;
  if (v4 !== undefined && v4 !== null) {
    if (!isCount(v4)) return -1;
    counts[4] = v4;
    present |= 16;
  }
  const v5 = usage.totalTokenCount;
  if (v5 !== undefined && v5 !== null) {
    if (!isCount(v5)) return -1;
    counts[5] = v5;
    present |= 32;
  }
  const v6 = usage.promptTokensDetails;
  if (v6 !== undefined && v6 !== null) {
    present = byModality(v6, gemini_0, counts, present);
    if (present < 0) return -1;
  }
  const v7 = usage.cacheTokensDetails;
  if (v7 !== undefined && v7 !== null) {
    present = byModality(v7, gemini_1, counts, present);
    if (present < 0) return -1;
  }
  const v8 = usage.toolUsePromptTokensDetails;
  if (v8 !== undefined && v8 !== null) {
    present = byModality(v8, gemini_2, counts, present);
    if (present < 0) return -1;
  }
  const v9 = usage.candidatesTokensDetails;
  if (v9 !== undefined && v9 !== null) {
    present = byModality(v9, gemini_3, counts, present);
    if (present < 0) return -1;
  }
  const v10 = usage.trafficType;
  if (v10 !== undefined && v10 !== null) {
    const position = names[0].get(v10);
    if (position === undefined) return -1;
    said |= position << 0;
  }
  told.present = present;
  return said;
}

/** The readers, by the position of the API. */
export const READERS: readonly Reader[] = [anthropic, openai_chat, openai_responses, gemini];
