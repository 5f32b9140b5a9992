/** The real desk: each call goes to the Rust command of the same name. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import {
  CommandFailure,
  type Backend,
  type BackendEvents,
  type CommandError,
  type HighlightTarget,
  type LowerThirdChoice,
  type PreviewEndpoint,
  type PreviewSink,
  type Quality,
  type RegisterRequest,
  type SourceChoice,
} from './backend.ts';
import { playPreview } from './preview.ts';

/** `airChanged` as Tauri spells it: `air-changed`. */
const spelled = (event: string) => event.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const command = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

async function call<T>(name: keyof Backend | 'previewEndpoint', args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command(name), args);
  } catch (error) {
    throw new CommandFailure(error as CommandError);
  }
}

export class TauriBackend implements Backend {
  bootstrap: Backend['bootstrap'] = () => call('bootstrap');
  signIn = (cloudUrl: string, email: string, password: string, remember: boolean) =>
    call<never>('signIn', { cloudUrl, email, password, remember });
  register = (request: RegisterRequest) => call<never>('register', { request });
  signOut = () => call<void>('signOut');

  listDevices: Backend['listDevices'] = () => call('listDevices');
  setSource = (source: SourceChoice) => call<void>('setSource', { source });
  pickMediaFile: Backend['pickMediaFile'] = () => call('pickMediaFile');
  setMicrophone = (id: string | null) => call<void>('setMicrophone', { id });
  setMuted = (muted: boolean) => call<void>('setMuted', { muted });
  setQuality = (quality: Quality) => call<void>('setQuality', { quality });
  setLowerThird = (choice: LowerThirdChoice) => call<void>('setLowerThird', { choice });
  openPreview = (sink: PreviewSink) => playPreview(() => call<PreviewEndpoint>('previewEndpoint'), sink);

  openShow = (orgId: string, showId: string) => call<void>('openShow', { orgId, showId });
  closeShow = () => call<void>('closeShow');
  snapshot: Backend['snapshot'] = () => call('snapshot');

  goLive = () => call<void>('goLive');
  endShow = () => call<void>('endShow');
  pin = (target: HighlightTarget) => call<void>('pin', { target });
  unpin = () => call<void>('unpin');
  sendChat = (text: string) => call<void>('sendChat', { text });
  deleteMessage = (messageId: string) => call<void>('deleteMessage', { messageId });
  banAuthor = (messageId: string, reason: string | null) =>
    call<void>('banAuthor', { messageId, reason });

  cloudFetch = (method: string, path: string, body: string | null) =>
    call<never>('cloudFetch', { method, path, body });

  listen<K extends keyof BackendEvents>(
    event: K,
    handler: (payload: BackendEvents[K]) => void,
  ): () => void {
    const stop = listen<BackendEvents[K]>(spelled(event), ({ payload }) => handler(payload));
    return () => void stop.then((unlisten) => unlisten());
  }
}
