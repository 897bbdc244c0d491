//! The allocator: blocks of a power of two, each size with a list of its free blocks.
//!
//! Rust's own for Wasm takes a twentieth of the whole SDK. What is lost is memory, at most as much again as is in use:
//! blocks are never joined, and a page of 64 KiB holds all that the SDK needs most of the time.

#![allow(unsafe_code, reason = "an allocator hands out raw memory; nothing else here is unsafe")]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::Cell;
use core::ptr::null_mut;

/// The least block holds the address of the next free one, and keeps every block aligned for any type.
const LEAST_CLASS: u32 = 4;
const CLASSES: usize = 32;
const PAGE: usize = 65_536;

struct Memory {
    /// The first free block of each size; it holds the address of the next.
    free: [Cell<*mut u8>; CLASSES],
    /// Memory that was never handed out lies from here to the end.
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: there is one thread: the page's Wasm is built without the `atomics` feature.
unsafe impl Sync for Memory {}

#[global_allocator]
static MEMORY: Memory =
    Memory { free: [const { Cell::new(null_mut()) }; CLASSES], next: Cell::new(0), end: Cell::new(0) };

/// The exponent of the least power of two that a value of this size fits into.
fn class_of(size: usize) -> u32 {
    (usize::BITS - size.saturating_sub(1).leading_zeros()).max(LEAST_CLASS)
}

impl Memory {
    /// Fresh memory from the end, which grows with it.
    fn carve(&self, size: usize) -> *mut u8 {
        if self.end.get() - self.next.get() < size {
            let grown = memory_grow(0, size.div_ceil(PAGE));
            if grown == usize::MAX {
                return null_mut();
            }
            // Somebody else may have grown the memory meanwhile; then the rest before it is given up.
            if grown * PAGE != self.end.get() {
                self.next.set(grown * PAGE);
            }
            self.end.set(memory_size(0) * PAGE);
        }
        let block = self.next.get();
        self.next.set(block + size);
        block as *mut u8
    }
}

// SAFETY: a block is carved once, as large as its class says, and is on at most one list; a list holds only blocks that
// were given back. Blocks start at multiples of 16, which is the largest alignment of any type here.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = class_of(layout.size());
        let Some(list) = self.free.get(class as usize) else { return null_mut() };
        let block = list.get();
        if block.is_null() {
            return self.carve(1 << class);
        }
        // SAFETY: a free block holds the address of the next one.
        list.set(unsafe { block.cast::<*mut u8>().read() });
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some(list) = self.free.get(class_of(layout.size()) as usize) {
            // SAFETY: the block is free now, and large enough for an address.
            unsafe { block.cast::<*mut u8>().write(list.get()) };
            list.set(block);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if class_of(size) == class_of(layout.size()) {
            return block;
        }
        // SAFETY: the caller keeps to the contract of `realloc`, which is that of these calls together.
        unsafe {
            let larger = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !larger.is_null() {
                block.copy_to_nonoverlapping(larger, size.min(layout.size()));
                self.dealloc(block, layout);
            }
            larger
        }
    }
}
