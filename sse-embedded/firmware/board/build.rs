//! Where memory lies, for the linker.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let memory = match env::var("CARGO_CFG_TARGET_ARCH")?.as_str() {
        "arm" => MPS2,
        "riscv32" => VIRT,
        _ => return Ok(()),
    };
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("memory.x"), memory)?;
    println!("cargo:rustc-link-search={out}");
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}

const MPS2: &str = "
MEMORY {
    FLASH : ORIGIN = 0x00000000, LENGTH = 4M
    RAM : ORIGIN = 0x20000000, LENGTH = 4M
}
";

const VIRT: &str = r#"
MEMORY {
    RAM : ORIGIN = 0x80000000, LENGTH = 16M
}
REGION_ALIAS("REGION_TEXT", RAM);
REGION_ALIAS("REGION_RODATA", RAM);
REGION_ALIAS("REGION_DATA", RAM);
REGION_ALIAS("REGION_BSS", RAM);
REGION_ALIAS("REGION_HEAP", RAM);
REGION_ALIAS("REGION_STACK", RAM);
"#;
