import type { HlsConfig, LoadPolicy, RetryConfig } from 'hls.js';
import { PENALTY_MS } from './penalties.ts';

/** Waits of 0.5, 1, then 2 s: this many tries last 30 s. */
const TRIES_IN_30_S = 16;

/**
 * Whether a failed request is worth another try. A restarting edge answers nothing (0), a rung that comes back
 * answers 404 for a moment, and 5xx means later; hls.js by itself gives up on the first two.
 */
export function worthRetrying(status: number | undefined, isTimeout: boolean): boolean {
  return isTimeout || status === undefined || status === 0 || status === 404 || status === 429 || status >= 500;
}

/** `patient()` is true while the show is interrupted: then nothing is given up. */
function policy(firstByteMs: number, allMs: number, patient: () => boolean): LoadPolicy {
  const retry: RetryConfig = {
    maxNumRetry: TRIES_IN_30_S,
    retryDelayMs: 500,
    maxRetryDelayMs: 2_000,
    shouldRetry: (_config, count, isTimeout, response) =>
      worthRetrying(response?.code, isTimeout) && (patient() || count < TRIES_IN_30_S),
  };
  return { default: { maxTimeToFirstByteMs: firstByteMs, maxLoadTimeMs: allMs, timeoutRetry: retry, errorRetry: retry } };
}

/** How hls.js plays a Vitrine show. */
export function hlsConfig(patient: () => boolean): Partial<HlsConfig> {
  return {
    lowLatencyMode: true,
    maxLiveSyncPlaybackRate: 1, // see Pace
    liveSyncOnStallIncrease: 0, // it would never shrink again: see Slack
    backBufferLength: 20,
    maxBufferLength: 20,
    capLevelToPlayerSize: true,
    errorPenaltyExpireMs: PENALTY_MS, // for playlists; see Penalties for media
    // A cue track of its own for each would be a `data:` address, which a shop's policy refuses; pins come by the room.
    enableDateRangeMetadataCues: false,
    enableEmsgMetadataCues: false,
    enableID3MetadataCues: false,
    manifestLoadPolicy: policy(8_000, 15_000, patient),
    playlistLoadPolicy: policy(15_000, 20_000, patient),
    fragLoadPolicy: policy(10_000, 30_000, patient),
  };
}
