//! OBS Studio itself, on a display of its own, as a person leaves it after typing address and key.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;

/// 29.0.2, as OBS counts its versions: it asks no first-run questions.
const VERSION: u32 = (29 << 24) | 2;
/// It may still close its stream.
const GOODBYE: Duration = Duration::from_secs(5);

/// A publishing OBS; it ends with this value.
pub struct Obs {
    child: Child,
    _home: TempDir,
}

impl Obs {
    /// Publishes one scene, a coloured plate, as 720p30 at 2.5 Mb/s with OBS's own defaults for all else (a key frame each
    /// 8.3 s, B-frames), to an `rtmp://host/app/key` address.
    ///
    /// # Errors
    /// It is not installed, or its folder cannot be written.
    pub fn start(address: &str) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let (server, key) = address.rsplit_once('/').context("an address with a key")?;
        let root = home.path().join(".config/obs-studio");
        let (profile, scenes) = (root.join("basic/profiles/Story"), root.join("basic/scenes"));
        fs::create_dir_all(&profile)?;
        fs::create_dir_all(&scenes)?;
        fs::write(
            root.join("global.ini"),
            format!(
                "[General]\nFirstRun=true\nLastVersion={VERSION}\nEnableAutoUpdates=false\nConfirmOnExit=false\n\
                 [Basic]\nProfile=Story\nProfileDir=Story\nSceneCollection=Story\nSceneCollectionFile=Story\n\
                 [BasicWindow]\nWarnBeforeStartingStream=false\nWarnBeforeStoppingStream=false\n"
            ),
        )?;
        fs::write(
            profile.join("basic.ini"),
            "[General]\nName=Story\n[Video]\nBaseCX=1280\nBaseCY=720\nOutputCX=1280\nOutputCY=720\nFPSType=0\nFPSCommon=30\n\
             [Output]\nMode=Simple\n[SimpleOutput]\nVBitrate=2500\nABitrate=128\nStreamEncoder=x264\n",
        )?;
        let service =
            json!({ "type": "rtmp_custom", "settings": { "server": server, "key": key, "use_auth": false } });
        fs::write(profile.join("service.json"), service.to_string())?;
        fs::write(scenes.join("Story.json"), scene().to_string())?;
        let child = Command::new("xvfb-run")
            .args(["-a", "-s", "-screen 0 1280x800x24", "obs", "--startstreaming", "--multi"])
            .args(["--profile", "Story", "--collection", "Story", "--disable-updater"])
            .args(["--disable-missing-files-check"])
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path().join(".config"))
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("xvfb-run obs")?;
        Ok(Self { child, _home: home })
    }

    /// Whether it has ended by itself.
    pub fn ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Obs {
    fn drop(&mut self) {
        let group = -i32::try_from(self.child.id()).unwrap_or(0);
        crate::cloud::signal(group, libc::SIGTERM);
        let until = Instant::now() + GOODBYE;
        while Instant::now() < until && !self.ended() {
            std::thread::sleep(Duration::from_millis(50));
        }
        crate::cloud::signal(group, libc::SIGKILL);
        let _ = self.child.wait();
    }
}

/// One scene with one plate, as OBS writes it.
fn scene() -> serde_json::Value {
    let source = |id: &str, versioned: &str, name: &str, settings: serde_json::Value| {
        json!({
            "id": id, "versioned_id": versioned, "name": name, "settings": settings, "mixers": 255, "enabled": true,
            "volume": 1, "sync": 0, "flags": 0, "hotkeys": {}, "filters": [],
        })
    };
    let item = json!({
        "id": 1, "name": "Plate", "visible": true, "locked": false, "rot": 0, "align": 5, "bounds_type": 0,
        "bounds_align": 0, "crop_left": 0, "crop_right": 0, "crop_top": 0, "crop_bottom": 0, "pos": { "x": 0, "y": 0 },
        "scale": { "x": 1, "y": 1 }, "bounds": { "x": 0, "y": 0 }, "group_item_backup": false,
        "scale_filter": "disable", "blend_method": "default", "blend_type": "normal",
    });
    let plate = json!({ "color": 0xd918_6410_u32, "width": 1280, "height": 720 });
    let items = json!({ "custom_size": false, "id_counter": 1, "items": [item] });
    json!({
        "name": "Story", "current_scene": "Scene", "current_program_scene": "Scene",
        "scene_order": [{ "name": "Scene" }], "groups": [], "transitions": [], "transition_duration": 300,
        "sources": [
            source("color_source", "color_source_v3", "Plate", plate),
            source("scene", "scene", "Scene", items),
        ],
    })
}
