/** The teaser's looks. `--vt-*` values set on the element win over these. */
export const css = `
:host([hidden]){display:none!important}
:host([view=inline]){display:block;width:100%;container-type:inline-size;min-height:min(88svh,420px)}
:host([view=chat]){display:block;min-height:var(--vt-chat-height,480px)}
.teaser{all:initial;display:block;position:fixed;z-index:2147482000;width:232px;border-radius:16px;background:#14161b;color:#fff;font:14px/1.35 var(--vt-font-system,system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif);user-select:text;-webkit-user-select:text;box-shadow:0 16px 48px rgb(0 0 0/.28),0 2px 8px rgb(0 0 0/.2);animation:in .2s cubic-bezier(.2,.7,.2,1)}
:is(.teaser,.mini)[data-corner]{--edge:max(16px,env(safe-area-inset-left),env(safe-area-inset-right))}
:is(.teaser,.mini)[data-corner^=end-]{inset-block:auto calc(max(16px,env(safe-area-inset-bottom)) + max(var(--vt-inset-bottom,0px),var(--bar)) + var(--stack))}
:is(.teaser,.mini)[data-corner^=start-]{inset-block:calc(max(16px,env(safe-area-inset-top)) + max(var(--vt-inset-top,0px),var(--bar)) + var(--stack)) auto}
:is(.teaser,.mini)[data-corner$='-end']{inset-inline:auto var(--edge)}
:is(.teaser,.mini)[data-corner$='-start']{inset-inline:var(--edge) auto}
@keyframes in{from{opacity:0;transform:translateY(12px)}}
.teaser button{font:inherit;color:inherit;border:0;padding:0;margin:0;background:none;cursor:pointer;text-align:inherit;touch-action:manipulation;-webkit-tap-highlight-color:transparent}
.teaser .open{display:block;width:100%;border-radius:16px;overflow:hidden}
.teaser .picture{display:block;position:relative;aspect-ratio:4/3;background:linear-gradient(140deg,#3a4152,#14161b)}
.teaser .image{position:absolute;inset:0;width:100%;height:100%;object-fit:cover;transition:transform .2s cubic-bezier(.2,.7,.2,1)}
.teaser .open:hover .image{transform:scale(1.04)}
.teaser .top{position:absolute;inset-inline-start:8px;top:8px;display:flex;gap:6px;font-size:12px;font-weight:600;line-height:24px}
.teaser .badge,.teaser .viewers{padding:0 8px;border-radius:6px;background:rgb(8 9 12/.72)}
.teaser .badge{letter-spacing:.04em}
.teaser .badge.live{background:var(--vt-live-fill,#d92d38)}
.teaser .badge.live::before{content:'';display:inline-block;width:6px;height:6px;margin-block-end:2px;margin-inline-end:6px;border-radius:50%;background:currentColor;animation:beat 1.6s ease-in-out infinite}
@keyframes beat{50%{opacity:.35}}
.teaser .viewers{font-weight:500;font-variant-numeric:tabular-nums}
.teaser .viewers:empty{display:none}
.teaser .go{position:absolute;inset:0;margin:auto;width:48px;height:48px;border-radius:50%;background:rgb(8 9 12/.62) url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='%23fff' d='M8.500 5.500v13l10-6.500z'/%3E%3C/svg%3E") center/26px no-repeat}
.teaser.busy .go{background:none;border:3px solid rgb(255 255 255/.3);border-top-color:#fff;box-sizing:border-box;animation:turn .9s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}
.teaser .words{display:block;padding:10px 14px 12px}
.teaser .title,.teaser .line{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.teaser .title{font-weight:600}
.teaser .line{font-size:12px;color:#b9bfca}
.teaser .close{position:absolute;top:0;inset-inline-end:0;width:44px;height:44px;display:grid;place-items:center}
.teaser .cross{width:28px;height:28px;border-radius:50%;background:rgb(8 9 12/.72) url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='none' stroke='%23fff' stroke-width='2.4' stroke-linecap='round' d='M7 7l10 10M17 7L7 17'/%3E%3C/svg%3E") center/18px no-repeat}
.teaser .close:hover .cross{background-color:#000}
.teaser .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.teaser :focus-visible{outline:2px solid var(--vt-focus,#5b8cff);outline-offset:2px}
.drawn{position:fixed;width:1px;height:1px;visibility:hidden;pointer-events:none}
@media (max-width:600px),(max-height:480px){.teaser{width:168px}.teaser .words{padding:8px 12px 10px;font-size:13px}.teaser .line{display:none}.teaser .go{width:44px;height:44px}}
@media (prefers-reduced-motion:reduce){.teaser,.teaser .badge.live::before{animation:none}.teaser .image{transition:none}}
`;
