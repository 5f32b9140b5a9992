//! What the desk tells, as events of the window.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;
use vitrine_protocol::Highlight;

use crate::desk::{
    AirView, ChatChange, CloseView, ConnectionView, DeskEvent, Devices, FaultView, MeterView, Session,
    ShowView, StageView, UplinkView,
};

macro_rules! events {
    ($($name:ident($view:ty) = $variant:ident;)*) => {
        $(
            #[doc = concat!("[`DeskEvent::", stringify!($variant), "`] on the bridge.")]
            #[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
            pub struct $name(pub $view);
        )*

        /// Hands one event to the window. A window that is gone hears nothing, which is fine.
        pub fn forward(app: &AppHandle, event: DeskEvent) {
            let sent = match event { $(DeskEvent::$variant(view) => $name(view).emit(app),)* };
            if let Err(error) = sent {
                tracing::debug!(%error, "an event did not reach the window");
            }
        }
    };
}

events! {
    AirChanged(AirView) = Air;
    UplinkChanged(UplinkView) = Uplink;
    MeterChanged(MeterView) = Meter;
    StageChanged(StageView) = Stage;
    DevicesChanged(Devices) = Devices;
    ShowChanged(Option<ShowView>) = Show;
    ChatChanged(ChatChange) = Chat;
    ViewersChanged(u32) = Viewers;
    HighlightChanged(Option<Highlight>) = Highlight;
    OrdersChanged(u32) = Orders;
    ConnectionChanged(ConnectionView) = Connection;
    SessionChanged(Option<Session>) = Session;
    FaultsChanged(Vec<FaultView>) = Faults;
}

/// Somebody closes the window while a show is on air.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct CloseAsked(pub CloseView);

/// Has the window ask what is meant; says whether the question got there.
pub fn ask_to_close(app: &AppHandle, view: CloseView) -> bool {
    CloseAsked(view).emit(app).is_ok()
}
