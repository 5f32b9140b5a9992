//! The bridge: a command parses, asks the desk, answers.

mod air;
mod chat;
mod events;
mod files;
mod session;
mod show;
mod stage;

pub use air::CloseSeen;
pub use events::{ask_to_close, forward};

use tauri_specta::{collect_commands, collect_events};

/// Every command and event of the bridge, once.
pub fn builder() -> tauri_specta::Builder<tauri::Wry> {
    tauri_specta::Builder::<tauri::Wry>::new()
        .commands(collect_commands![
            session::bootstrap,
            session::sign_in,
            session::register,
            session::answer_second_factor,
            session::begin_browser_sign_in,
            session::open_sign_in_page,
            session::open_account_page,
            session::await_browser_sign_in,
            session::cancel_browser_sign_in,
            session::ask_new_password,
            session::sign_out,
            session::cloud_fetch,
            session::cloud_put_picture,
            files::pick_list,
            files::send_list,
            files::list_sent,
            files::stop_list,
            files::keep_from_cloud,
            files::keep_text,
            stage::list_devices,
            stage::set_source,
            stage::pick_media_file,
            stage::set_microphone,
            stage::set_muted,
            stage::set_quality,
            stage::set_sound_offset,
            stage::measure_sound,
            stage::set_lower_third,
            stage::preview_endpoint,
            show::open_show,
            show::close_show,
            show::snapshot,
            show::pin,
            show::unpin,
            air::go_live,
            air::end_show,
            air::cancel_air,
            air::act_on_fault,
            air::quit,
            air::close_seen,
            air::take_up_offer,
            air::decline_take_up,
            chat::send_chat,
            chat::delete_message,
            chat::ban_author,
        ])
        .events(collect_events![
            events::AirChanged,
            events::UplinkChanged,
            events::MeterChanged,
            events::StageChanged,
            events::DevicesChanged,
            events::ShowChanged,
            events::ChatChanged,
            events::ViewersChanged,
            events::HighlightChanged,
            events::OrdersChanged,
            events::ConnectionChanged,
            events::SessionChanged,
            events::FaultsChanged,
            events::CloseAsked,
        ])
}
