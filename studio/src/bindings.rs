//! Writes the TypeScript side of the bridge; the test goes red when the committed file is stale.

#[cfg(test)]
mod tests {
    use specta_typescript::Typescript;

    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../studio-ui/src/lib/ipc/bindings.ts");

    #[test]
    fn bindings_are_fresh() {
        let folder = tempfile::tempdir().unwrap();
        let written = folder.path().join("bindings.ts");
        let header = "/* eslint-disable */\n// Written by studio/src/bindings.rs; ./x gen writes it again.\n";
        crate::commands::builder().export(Typescript::default().header(header), &written).unwrap();
        let fresh = std::fs::read_to_string(&written).unwrap();
        if std::env::var_os("VITRINE_WRITE_GENERATED").is_some() {
            std::fs::write(PATH, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(PATH).unwrap_or_default();
        assert!(committed == fresh, "studio-ui/src/lib/ipc/bindings.ts is stale: run ./x gen and commit it");
    }
}
