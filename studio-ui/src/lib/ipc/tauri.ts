/** The real desk, thinly: each call is the generated command of the same name. */
import {
  CommandFailure,
  type Backend,
  type BackendEvents,
  type Bootstrap,
  type BrowserSignIn,
  type ChosenList,
  type CloudHeaders,
  type CommandError,
  type DeskSnapshot,
  type FaultAction,
  type FaultCode,
  type HighlightTarget,
  type LowerThirdChoice,
  type PreviewSink,
  type Quality,
  type QuitWay,
  type RegisterRequest,
  type SourceChoice,
  type TakeUpOffer,
} from './backend.ts';
import { commands, events } from './bindings.ts';
import { playPreview } from './preview.ts';

type Answer<T> = { status: 'ok'; data: T } | { status: 'error'; error: CommandError };

/** The answer's data, or its error thrown. */
async function ask<T>(answer: Promise<Answer<T>>): Promise<T> {
  const settled = await answer;
  if (settled.status === 'error') throw new CommandFailure(settled.error);
  return settled.data;
}

const tell = async (answer: Promise<Answer<null>>): Promise<void> => void (await ask(answer));

interface Heard<T> {
  listen(handler: (event: { payload: T }) => void): Promise<() => void>;
}

// The bindings write `number | null` for every f64, because JSON has no NaN. The desk sends none, so
// the casts below only take that null away; all other differences still fail to compile.
export class TauriBackend implements Backend {
  bootstrap = () => ask(commands.bootstrap()) as Promise<Bootstrap>;
  signIn = (cloudUrl: string, email: string, password: string, remember: boolean) =>
    ask(commands.signIn(cloudUrl, email, password, remember));
  register = (request: RegisterRequest) => ask(commands.register(request));
  askNewPassword = async (cloudUrl: string, email: string) => {
    await ask(commands.askNewPassword(cloudUrl, email));
  };
  answerSecondFactor = (code: string | null, recoveryCode: string | null) =>
    ask(commands.answerSecondFactor(code, recoveryCode));
  beginBrowserSignIn = (cloudUrl: string, remember: boolean) =>
    ask(commands.beginBrowserSignIn(cloudUrl, remember)) as Promise<BrowserSignIn>;
  openSignInPage = () => ask(commands.openSignInPage());
  openAccountPage = (url: string) => ask(commands.openAccountPage(url));
  awaitBrowserSignIn = () => ask(commands.awaitBrowserSignIn());
  cancelBrowserSignIn = () => tell(commands.cancelBrowserSignIn());
  signOut = () => tell(commands.signOut());

  listDevices = () => ask(commands.listDevices());
  setSource = (source: SourceChoice) => tell(commands.setSource(source));
  pickMediaFile = () => ask(commands.pickMediaFile());
  setMicrophone = (id: string | null) => tell(commands.setMicrophone(id));
  setMuted = (muted: boolean) => tell(commands.setMuted(muted));
  setQuality = (quality: Quality) => tell(commands.setQuality(quality));
  setSoundOffset = (ms: number) => tell(commands.setSoundOffset(ms));
  measureSound = () => ask(commands.measureSound());
  setLowerThird = (choice: LowerThirdChoice) => tell(commands.setLowerThird(choice));
  openPreview = (sink: PreviewSink) => playPreview(() => ask(commands.previewEndpoint()), sink);

  openShow = (orgId: string, showId: string) => tell(commands.openShow(orgId, showId));
  closeShow = () => tell(commands.closeShow());
  snapshot = () => ask(commands.snapshot()) as Promise<DeskSnapshot>;

  goLive = (takeOver: boolean) => tell(commands.goLive(takeOver));
  endShow = () => tell(commands.endShow());
  cancelAir = () => tell(commands.cancelAir());
  closeSeen = () => tell(commands.closeSeen());
  quit = (way: QuitWay) => tell(commands.quit(way));
  takeUpOffer = () => ask(commands.takeUpOffer()) as Promise<TakeUpOffer | null>;
  declineTakeUp = () => tell(commands.declineTakeUp());
  actOnFault = (code: FaultCode, action: FaultAction) => tell(commands.actOnFault(code, action));
  pin = (target: HighlightTarget) => tell(commands.pin(target));
  unpin = () => tell(commands.unpin());
  sendChat = (text: string) => tell(commands.sendChat(text));
  deleteMessage = (messageId: string) => tell(commands.deleteMessage(messageId));
  banAuthor = (messageId: string, reason: string | null) =>
    tell(commands.banAuthor(messageId, reason));

  cloudFetch = (method: string, path: string, body: string | null, headers: CloudHeaders) =>
    ask(commands.cloudFetch(method, path, body, headers));
  cloudPutPicture = (path: string, picture: string, headers: CloudHeaders) =>
    ask(commands.cloudPutPicture(path, picture, headers));
  pickList = () => ask(commands.pickList()) as Promise<ChosenList | null>;
  sendList = (path: string, kind: string) => ask(commands.sendList(path, kind));
  listSent = () => ask(commands.listSent());
  stopList = () => tell(commands.stopList());
  keepFromCloud = (path: string, name: string) => ask(commands.keepFromCloud(path, name));
  keepText = (text: string, name: string) => ask(commands.keepText(text, name));

  listen<K extends keyof BackendEvents>(
    event: K,
    handler: (payload: BackendEvents[K]) => void,
  ): () => void {
    const heard = events[event] as unknown as Heard<BackendEvents[K]>;
    const stop = heard.listen(({ payload }) => handler(payload));
    return () => void stop.then((unlisten) => unlisten());
  }
}
