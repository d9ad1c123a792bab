//! What the processor can do, for `qdrant-embedded doctor` where no file of the system tells.

use napi_derive::napi;

/// The instructions that searches use and this processor has, by the names that Linux has for them.
#[napi(skip_typescript)]
pub fn cpu_features() -> Vec<&'static str> {
    known().into_iter().filter_map(|(name, is_there)| is_there.then_some(name)).collect()
}

#[cfg(target_arch = "x86_64")]
fn known() -> [(&'static str, bool); 5] {
    [
        ("sse4_2", is_x86_feature_detected!("sse4.2")),
        ("avx", is_x86_feature_detected!("avx")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("f16c", is_x86_feature_detected!("f16c")),
    ]
}

#[cfg(target_arch = "aarch64")]
fn known() -> [(&'static str, bool); 2] {
    use std::arch::is_aarch64_feature_detected;
    [("asimd", is_aarch64_feature_detected!("neon")), ("asimdhp", is_aarch64_feature_detected!("fp16"))]
}
