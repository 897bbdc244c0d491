//! NNEF, converted from the ONNX.
//!
//! tract's own reader knows every operator of tract, and all of them would be linked into the Worker: 1.4 MB of gzip for
//! nothing. This registry knows the operators that a session model is made of; any other is refused by name.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::Arc;

use tract_nnef::ast::parse::parse_document;
use tract_nnef::ast::{Identifier, ProtoModel, TypeName};
use tract_nnef::framework::Nnef;
use tract_nnef::internal::{
    DatumType, DatumTypeExt as _, ModelBuilder, Registry, ResolvedInvocation, TDim, TVec, TractResult, TypedModel, Value, bail, ensure,
};
use tract_nnef::ops::nnef::deser;
use tract_nnef::tensors::read_tensor;
use tract_nnef::tract_core::ops::math;

/// The largest file in the tar, in bytes: a session model's weights have about 3 KB.
const MAX_FILE_BYTES: u64 = 256 * 1024;
/// Where the converter puts what it knows of the file's origin; nothing is computed from it.
const PROPERTIES: &str = "tract_core_properties";

pub(super) fn read(bytes: &[u8]) -> TractResult<TypedModel> {
    let mut doc = None;
    let mut tensors = HashMap::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let mut file = Vec::new();
        // The cap is one more than is taken, so that a longer file is told from one that fits.
        #[allow(clippy::disallowed_methods, reason = "capped in the same line")]
        entry.take(MAX_FILE_BYTES + 1).read_to_end(&mut file)?;
        ensure!(file.len() as u64 <= MAX_FILE_BYTES, "{name} is larger than {MAX_FILE_BYTES} bytes");
        if name == "graph.nnef" {
            doc = Some(parse_document(std::str::from_utf8(&file)?)?);
        } else if let Some(label) = name.strip_suffix(".dat") {
            tensors.insert(Identifier::from(label), Arc::new(read_tensor(&file[..])?));
        } else {
            bail!("{name} is no part of a model");
        }
    }
    let Some(mut doc) = doc else { bail!("there is no graph.nnef") };
    doc.fragments.retain(|fragment| fragment.decl.id.0 != PROPERTIES);
    let proto = ProtoModel { doc, tensors, quantization: None, resources: HashMap::new() };
    let framework = Nnef {
        stdlib: Vec::new(),
        registries: registries(),
        resource_loaders: Vec::new(),
        allow_extended_identifier_syntax: false,
        extern_all_constants: false,
    };
    framework.translate(&proto, TypedModel::default()).map_err(|(_, error)| error)
}

/// The names of tract's two registries, with our few of their operators.
fn registries() -> Vec<Registry> {
    let tensor = || TypeName::Any.tensor();
    let output = [("output", tensor())];
    let mut nnef = Registry::new("tract_nnef");
    nnef.register_binary("add", &math::Add {});
    nnef.register_binary("mul", &math::Mul {});
    nnef.register_binary("min", &math::Min {});
    nnef.register_binary("max", &math::Max {});
    nnef.register_unit_element_wise("sqrt", &math::Sqrt {});
    nnef.register_unit_element_wise("floor", &math::Floor {});
    let shape = TypeName::Integer.array().named("shape");
    nnef.register_primitive("variable", &[shape.clone(), TypeName::String.named("label")], &output, deser::variable);
    let axes = [tensor().named("input"), TypeName::Integer.array().named("axes")];
    nnef.register_primitive("squeeze", &axes, &output, deser::squeeze);
    nnef.register_primitive("unsqueeze", &axes, &output, deser::unsqueeze);
    nnef.register_primitive("transpose", &axes, &output, deser::transpose);
    let factors = [
        tensor().named("A"),
        tensor().named("B"),
        TypeName::Logical.named("transposeA"),
        TypeName::Logical.named("transposeB"),
    ];
    nnef.register_primitive("matmul", &factors, &output, deser::matmul);
    let mut core = Registry::new("tract_core");
    core.register_primitive(
        "tract_core_external",
        &[shape, TypeName::String.named("datum_type")],
        &output,
        external,
    );
    vec![nnef, core]
}

/// The graph's input, with the type that the file gives it.
fn external(builder: &mut ModelBuilder<'_>, invocation: &ResolvedInvocation<'_>) -> TractResult<Value> {
    let shape: TVec<TDim> = invocation.named_arg_as(builder, "shape")?;
    let datum: DatumType = invocation.named_arg_as::<String>(builder, "datum_type")?.parse()?;
    Ok(Value::Wire(builder.model.add_source("", datum.fact(&*shape))?))
}
