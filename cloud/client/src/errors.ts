/** What the cloud, or the way to it, refused. Programs act on `code`; people read `message`. */
export class CloudError extends Error {
  /** One of cloud/protocol/src/code.rs; `cloud_unreachable` when no answer came at all. */
  readonly code: string;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** The HTTP status, 0 without an answer. */
  readonly status: number;

  constructor(code: string, message: string, retryable: boolean, status = 0, cause?: unknown) {
    super(message, { cause });
    this.name = 'CloudError';
    this.code = code;
    this.retryable = retryable;
    this.status = status;
  }

  /** Nothing answered. */
  static unreachable(cause?: unknown): CloudError {
    return new CloudError('cloud_unreachable', 'The connection does not work right now.', true, 0, cause);
  }
}

/** Codes that are about this person or this show, and stay: everything else is worth another try. */
const FINAL = new Set(['banned', 'forbidden', 'not_found']);

/** Whether the cloud itself refused for good: a ban, or a show that is gone or not for this person. */
export function isFinal(code: string): boolean {
  return FINAL.has(code);
}

interface Problem {
  code?: unknown;
  detail?: unknown;
  title?: unknown;
  retryable?: unknown;
}

/**
 * Reads a `problem+json` answer. Any other error answer is not the cloud's own word, whatever its status (a CDN's 403 in
 * HTML, a portal's 404): it becomes `far_side`, worth another try.
 */
export async function problemOf(response: Response): Promise<CloudError> {
  let problem: Problem = {};
  try {
    const ours = response.headers.get('content-type')?.startsWith('application/problem+json');
    const body: unknown = ours ? await response.json() : null;
    if (body && typeof body === 'object') problem = body;
  } catch {
    // Cut off on the way.
  }
  const message = [problem.detail, problem.title].find((text) => typeof text === 'string' && text !== '');
  return new CloudError(
    typeof problem.code === 'string' ? problem.code : 'far_side',
    typeof message === 'string' ? message : `The server answered ${response.status}.`,
    typeof problem.retryable === 'boolean' ? problem.retryable : true,
    response.status,
  );
}
