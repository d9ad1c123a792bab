//! What else than the processor runs models: the execution providers of ONNX Runtime.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use ort::environment::Environment;
use ort::ep::{self, ExecutionProviderDispatch};
use ort::session::Session;
use parking_lot::Mutex;

use crate::error::{Error, chain};

/// What runs a model. Names are those of ONNX Runtime's package for Node.js.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExecutionProvider {
    /// Apple's Core ML, of macOS.
    CoreMl,
    /// The processor, which every library has.
    Cpu,
    /// NVIDIA's CUDA.
    Cuda,
    /// DirectML, of Windows.
    DirectMl,
}

/// What runs a model that is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Execution {
    /// In the order of preference; what none of them can do, the processor does.
    pub providers: Vec<ExecutionProvider>,
    /// What was asked for and cannot be had.
    pub fallbacks: Vec<Fallback>,
}

/// A provider that is not used although it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// Which one.
    pub provider: ExecutionProvider,
    /// Why not.
    pub reason: String,
}

impl ExecutionProvider {
    /// All of them, by name.
    pub const ALL: [Self; 4] = [Self::CoreMl, Self::Cpu, Self::Cuda, Self::DirectMl];

    /// Its name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::CoreMl => "coreml",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::DirectMl => "dml",
        }
    }

    /// What sessions take; nothing for what they have anyway.
    fn dispatch(self) -> Option<ExecutionProviderDispatch> {
        match self {
            Self::CoreMl => Some(ep::CoreML::default().build()),
            Self::Cpu => None,
            Self::Cuda => Some(ep::CUDA::default().build()),
            Self::DirectMl => Some(ep::DirectML::default().build()),
        }
    }
}

impl Display for Fallback {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "the execution provider '{}' cannot be used: {}", self.provider.name(), self.reason)
    }
}

impl Execution {
    /// Those of `wanted` that the library has, and the processor.
    pub(crate) fn of(wanted: &[ExecutionProvider], environment: &Environment) -> Self {
        let mut execution = Self::default();
        for &provider in wanted {
            match obstacle(provider, environment) {
                None => execution.providers.push(provider),
                Some(reason) => execution.fallbacks.push(Fallback { provider, reason }),
            }
        }
        execution.providers.push(ExecutionProvider::Cpu);
        execution
    }

    /// The processor alone, because of `error`, where this failed.
    pub(crate) fn without_providers(mut self, error: &Error) -> Self {
        let failed = self.providers.iter().filter(|provider| **provider != ExecutionProvider::Cpu);
        self.fallbacks.extend(failed.map(|&provider| Fallback { provider, reason: error.to_string() }));
        Self { providers: vec![ExecutionProvider::Cpu], fallbacks: self.fallbacks }
    }

    pub(crate) fn is_on_cpu(&self) -> bool {
        self.providers == [ExecutionProvider::Cpu]
    }

    /// What sessions take.
    pub(crate) fn dispatches(&self) -> Vec<ExecutionProviderDispatch> {
        self.providers.iter().filter_map(|provider| provider.dispatch()).collect()
    }
}

/// Why sessions cannot have the provider, if they cannot. It is tried once: the library stays the same.
fn obstacle(provider: ExecutionProvider, environment: &Environment) -> Option<String> {
    static TRIED: Mutex<BTreeMap<ExecutionProvider, Option<String>>> = Mutex::new(BTreeMap::new());
    let try_it = || {
        let mut session = Session::builder(environment)?;
        provider.dispatch().map_or(Ok(()), |dispatch| dispatch.register(&mut session))
    };
    let obstacle = || try_it().err().map(|error: ort::Error| chain(&error).trim().to_owned());
    TRIED.lock().entry(provider).or_insert_with(obstacle).clone()
}
