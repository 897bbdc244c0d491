//! NNEF, converted from the ONNX.
//!
//! tract has a reader of its own (`tract-nnef`), which knows every operator of tract, so that all of them end up in the
//! Worker: 1.7 MB of gzip where this one leads to a fraction. A session model is one graph of few operators, each on a
//! line of its own, and this reads just that; anything else is refused by name.

mod dat;
mod text;

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::Arc;

use tract_core::internal::{AxesMapping, AxisOp, ElementWiseMiniOp, OutletId, Tensor, bail, ensure, format_err};
use tract_core::ops::binary::{BinMiniOp, TypedBinOp};
use tract_core::ops::change_axes::perm_to_ops;
use tract_core::ops::einsum::EinSum;
use tract_core::ops::element_wise::ElementWiseOp;
use tract_core::ops::math;
use tract_core::prelude::{Datum as _, DatumExt as _, SpecialOps as _, TractResult, TypedModel};

use text::Statement;

/// The largest file in the tar, in bytes: a session model's weights have about 3 KB.
const MAX_FILE_BYTES: u64 = 256 * 1024;
const GRAPH: &str = "graph.nnef";

pub(super) fn read(bytes: &[u8]) -> TractResult<TypedModel> {
    let mut graph = None;
    let mut tensors = HashMap::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let mut file = Vec::new();
        // The cap is one more than is taken, so that a longer file is told from one that fits.
        #[allow(clippy::disallowed_methods, reason = "capped in the same line")]
        entry.take(MAX_FILE_BYTES + 1).read_to_end(&mut file)?;
        ensure!(file.len() as u64 <= MAX_FILE_BYTES, "{name} is larger than {MAX_FILE_BYTES} bytes");
        if name == GRAPH {
            graph = Some(String::from_utf8(file)?);
        } else if let Some(label) = name.strip_suffix(".dat") {
            tensors.insert(label.to_owned(), Arc::new(dat::read(&file)?));
        } else {
            bail!("{name} is no part of a model");
        }
    }
    let graph = graph.ok_or_else(|| format_err!("there is no {GRAPH}"))?;
    let mut wiring = Wiring { model: TypedModel::default(), tensors, outlets: HashMap::new() };
    for statement in text::statements(&graph)? {
        let outlet = wiring.wire(&statement)?;
        wiring.outlets.insert(statement.output.to_owned(), outlet);
    }
    let last = text::result(&graph)?;
    let outlet = wiring.outlet(last)?;
    wiring.model.select_output_outlets(&[outlet])?;
    Ok(wiring.model)
}

/// A graph in the making.
struct Wiring {
    model: TypedModel,
    tensors: HashMap<String, Arc<Tensor>>,
    outlets: HashMap<String, OutletId>,
}

impl Wiring {
    fn wire(&mut self, statement: &Statement<'_>) -> TractResult<OutletId> {
        let name = statement.output;
        match statement.operator {
            "tract_core_external" => {
                ensure!(statement.named("datum_type")? == "\"F64\"", "{name} is not of doubles");
                self.model.add_source(name, f64::fact(&*statement.numbers("shape")?))
            }
            "variable" => {
                let label = statement.named("label")?.trim_matches('"');
                let tensor = self.tensors.get(label).ok_or_else(|| format_err!("there is no {label}.dat"))?;
                ensure!(tensor.shape() == &*statement.numbers("shape")?, "{label}.dat has another shape than {name}");
                self.model.add_const(name, Arc::clone(tensor))
            }
            "add" => self.binary(statement, Box::new(math::Add)),
            "mul" => self.binary(statement, Box::new(math::Mul)),
            "min" => self.binary(statement, Box::new(math::Min)),
            "max" => self.binary(statement, Box::new(math::Max)),
            "sqrt" => self.unary(statement, Box::new(math::Sqrt {})),
            "floor" => self.unary(statement, Box::new(math::Floor {})),
            "matmul" => self.matmul(statement),
            "squeeze" => self.axes(statement, statement.numbers("axes")?.into_iter().rev().map(AxisOp::Rm)),
            "unsqueeze" => self.axes(statement, statement.numbers("axes")?.into_iter().map(AxisOp::Add)),
            "transpose" => self.axes(statement, perm_to_ops(&statement.numbers("axes")?)),
            other => bail!("{name} is made by {other}, which no session model uses"),
        }
    }

    fn outlet(&self, name: &str) -> TractResult<OutletId> {
        self.outlets.get(name).copied().ok_or_else(|| format_err!("{name} is used before it is made"))
    }

    fn inputs<const N: usize>(&self, statement: &Statement<'_>) -> TractResult<[OutletId; N]> {
        let names: [&str; N] = statement.inputs[..]
            .try_into()
            .map_err(|_| format_err!("{} does not have {N} inputs", statement.output))?;
        let mut outlets = Vec::with_capacity(N);
        for name in names {
            outlets.push(self.outlet(name)?);
        }
        Ok(outlets.try_into().expect("as many outlets as names"))
    }

    fn unary(&mut self, statement: &Statement<'_>, op: Box<dyn ElementWiseMiniOp>) -> TractResult<OutletId> {
        let inputs: [_; 1] = self.inputs(statement)?;
        Ok(self.model.wire_node(statement.output, ElementWiseOp(op, None), &inputs)?[0])
    }

    fn binary(&mut self, statement: &Statement<'_>, op: Box<dyn BinMiniOp>) -> TractResult<OutletId> {
        let inputs: [_; 2] = self.inputs(statement)?;
        Ok(self.model.wire_node(statement.output, TypedBinOp(op, None), &inputs)?[0])
    }

    fn matmul(&mut self, statement: &Statement<'_>) -> TractResult<OutletId> {
        let inputs: [_; 2] = self.inputs(statement)?;
        let [a, b] = [self.model.outlet_fact(inputs[0])?.rank(), self.model.outlet_fact(inputs[1])?.rank()];
        ensure!(a == b && a >= 2, "{} multiplies tensors of {a} and {b} dimensions", statement.output);
        let [transpose_a, transpose_b] =
            [statement.named("transposeA")? == "true", statement.named("transposeB")? == "true"];
        let axes = AxesMapping::for_numpy_matmul(a, transpose_a, transpose_b, false)?;
        let product = EinSum { axes, operating_dt: f64::datum_type(), q_params: None };
        Ok(self.model.wire_node(statement.output, product, &inputs)?[0])
    }

    fn axes(&mut self, statement: &Statement<'_>, ops: impl IntoIterator<Item = AxisOp>) -> TractResult<OutletId> {
        let [mut outlet] = self.inputs(statement)?;
        for (step, op) in ops.into_iter().enumerate() {
            outlet = self.model.wire_node(format!("{}.{step}", statement.output), op, &[outlet])?[0];
        }
        Ok(outlet)
    }
}
