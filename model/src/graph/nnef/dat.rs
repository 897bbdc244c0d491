//! A tensor's file: a header of 128 bytes, then doubles, all little-endian.

use tract_core::internal::{Tensor, TractResult, ensure};

/// The header as NNEF 1.0.5 lays it out, §5.
const HEADER_BYTES: usize = 128;
const MAGIC: [u8; 4] = [0x4e, 0xef, 1, 0];
const AT_DATA_BYTES: usize = 4;
const AT_RANK: usize = 8;
const AT_DIMENSIONS: usize = 12;
const MAX_RANK: usize = 8;
const AT_BITS_PER_ITEM: usize = 44;
const AT_ITEM_TYPE: usize = 48;
/// IEEE floating point, of no vendor.
const FLOAT: u32 = 0;
const ITEM_BYTES: usize = 8;

pub(super) fn read(file: &[u8]) -> TractResult<Tensor> {
    ensure!(file.len() >= HEADER_BYTES && file.starts_with(&MAGIC), "not the header of a tensor");
    let (header, data) = file.split_at(HEADER_BYTES);
    let word = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four bytes"));
    ensure!(word(AT_ITEM_TYPE) == FLOAT && word(AT_BITS_PER_ITEM) as usize == 8 * ITEM_BYTES, "not doubles");
    let rank = word(AT_RANK) as usize;
    ensure!(rank <= MAX_RANK, "{rank} dimensions");
    let shape: Vec<usize> = (0..rank).map(|at| word(AT_DIMENSIONS + 4 * at) as usize).collect();
    let bytes = shape.iter().try_fold(ITEM_BYTES, |bytes, size| bytes.checked_mul(*size));
    ensure!(
        bytes == Some(data.len()) && word(AT_DATA_BYTES) as usize == data.len(),
        "{} bytes for {shape:?} doubles",
        data.len()
    );
    let items = data.chunks_exact(ITEM_BYTES).map(|item| f64::from_le_bytes(item.try_into().expect("eight bytes")));
    Tensor::from_shape(&shape, &items.collect::<Vec<f64>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(shape: &[u32], data: &[f64]) -> Vec<u8> {
        let mut file = vec![0; HEADER_BYTES];
        let mut put = |at: usize, word: u32| file[at..at + 4].copy_from_slice(&word.to_le_bytes());
        put(0, u32::from_le_bytes(MAGIC));
        put(AT_DATA_BYTES, 8 * data.len() as u32);
        put(AT_RANK, shape.len() as u32);
        for (at, size) in shape.iter().enumerate() {
            put(AT_DIMENSIONS + 4 * at, *size);
        }
        put(AT_BITS_PER_ITEM, 64);
        file.extend(data.iter().flat_map(|item| item.to_le_bytes()));
        file
    }

    #[test]
    fn reads_shape_and_values() {
        let tensor = read(&file(&[2, 1], &[0.5, -3.0])).unwrap();
        assert_eq!(tensor, Tensor::from_shape(&[2, 1], &[0.5, -3.0]).unwrap());
    }

    #[test]
    fn refuses_what_is_cut_or_of_another_type() {
        let whole = file(&[2, 1], &[0.5, -3.0]);
        assert!(read(&whole[..whole.len() - 1]).is_err());
        assert!(read(&whole[..100]).is_err());
        for (at, byte) in [(0, 0), (AT_BITS_PER_ITEM, 32), (AT_ITEM_TYPE, 1), (AT_RANK, 9), (AT_DIMENSIONS, 3)] {
            let mut changed = whole.clone();
            changed[at] = byte;
            assert!(read(&changed).is_err(), "byte {at}");
        }
    }
}
