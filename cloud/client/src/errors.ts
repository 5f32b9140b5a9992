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

interface Problem {
  code?: unknown;
  detail?: unknown;
  title?: unknown;
  retryable?: unknown;
}

/** Reads a `problem+json` answer; any other error answer becomes `far_side`. */
export async function problemOf(response: Response): Promise<CloudError> {
  let problem: Problem = {};
  try {
    const body: unknown = await response.json();
    if (body && typeof body === 'object') problem = body;
  } catch {
    // Not JSON: a proxy answered.
  }
  const message = [problem.detail, problem.title].find((text) => typeof text === 'string' && text !== '');
  return new CloudError(
    typeof problem.code === 'string' ? problem.code : 'far_side',
    typeof message === 'string' ? message : `The server answered ${response.status}.`,
    typeof problem.retryable === 'boolean' ? problem.retryable : response.status >= 500,
    response.status,
  );
}
