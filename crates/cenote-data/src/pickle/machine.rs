//! The stack machine that a pickle runs on.

use std::collections::HashMap;
use std::ops::Range;

use super::Fault;
use super::value::{Array, Global, Id, Value, beginning, from_latin1, text};

/// Every name that may stand in a pickle; numpy moved its own in version 2.
const GLOBALS: [(&str, Global); 5] = [
    ("numpy.core.multiarray _reconstruct", Global::Reconstruct),
    ("numpy._core.multiarray _reconstruct", Global::Reconstruct),
    ("numpy ndarray", Global::NdArray),
    ("numpy dtype", Global::DType),
    ("_codecs encode", Global::Encode),
];

/// What a pickled number of numpy asks for, and what to save in its place.
const NUMBERS: [&str; 2] = [
    "numpy.core.multiarray scalar",
    "numpy._core.multiarray scalar",
];
const LABELS: &str = "labels as a list of ints: [int(label) for label in labels]";

/// More opcodes than this are not carried out, so that a hostile file of short ones cannot fill the memory. A published
/// file has up to some 300,000.
const MOST_STEPS: usize = 1 << 20;

/// Runs the program to its STOP: every value it made, and the number of its result.
pub(super) fn run(input: &[u8]) -> Result<(Vec<Value>, Id), Fault> {
    let mut machine = Machine {
        input,
        at: 0,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        decoded: 0,
    };
    for _ in 0..MOST_STEPS {
        let offset = machine.at;
        match machine.step() {
            Ok(None) => {}
            Ok(Some(root)) => return Ok((machine.values, root)),
            Err(reason) => return Err(Fault { offset, reason }),
        }
    }
    Err(Fault {
        offset: machine.at,
        reason: format!("more than {MOST_STEPS} opcodes, which no published batch has"),
    })
}

struct Machine<'a> {
    input: &'a [u8],
    /// The next byte to read.
    at: usize,
    values: Vec<Value>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    /// How many bytes `_codecs.encode` has given so far.
    decoded: usize,
}

type Outcome<T = ()> = Result<T, String>;

impl Machine<'_> {
    /// Carries out one opcode; STOP gives the result.
    fn step(&mut self) -> Outcome<Option<Id>> {
        let opcode = self.byte()?;
        match opcode {
            b'.' => return self.pop().map(Some),
            0x80 => self.protocol()?,
            b'(' => self.marks.push(self.stack.len()),
            b'N' => self.push(Value::None),
            0x88 => self.push(Value::Bool(true)),
            0x89 => self.push(Value::Bool(false)),
            b'K' | b'M' | b'J' => self.integer(opcode)?,
            0x8a => self.long()?,
            b'U' => self.short_string()?,
            b'T' | b'X' => self.string()?,
            b'}' => self.push(Value::Dict(Vec::new())),
            b']' => self.push(Value::List(Vec::new())),
            b')' => self.push(Value::Tuple(Vec::new())),
            b't' => {
                let items = self.above_mark()?;
                self.push(Value::Tuple(items));
            }
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(opcode - 0x84))?;
                self.push(Value::Tuple(items));
            }
            b'a' => {
                let items = self.pop_many(1)?;
                self.append(items)?;
            }
            b'e' => {
                let items = self.above_mark()?;
                self.append(items)?;
            }
            b's' => {
                let items = self.pop_many(2)?;
                self.set(&items)?;
            }
            b'u' => {
                let items = self.above_mark()?;
                self.set(&items)?;
            }
            b'q' | b'r' => self.memoize(opcode == b'r')?,
            b'h' | b'j' => self.recall(opcode == b'j')?,
            b'c' => self.global()?,
            b'R' => self.reduce()?,
            b'b' => self.build()?,
            other => {
                return Err(format!(
                    "opcode 0x{other:02x} is not one that CIFAR's pickles use; this file is no published batch (or was saved again with another protocol: use 2)"
                ));
            }
        }
        Ok(None)
    }

    fn take(&mut self, count: usize) -> Outcome<Range<usize>> {
        let left = self.input.len() - self.at;
        if count > left {
            return Err(format!(
                "{count} bytes are announced and {left} are left: the file is truncated or damaged"
            ));
        }
        let range = self.at..self.at + count;
        self.at = range.end;
        Ok(range)
    }

    fn array<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        let range = self.take(N)?;
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.input[range]);
        Ok(bytes)
    }

    fn byte(&mut self) -> Outcome<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    /// Takes the topmost value, never one below the last mark.
    fn pop(&mut self) -> Outcome<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err("the stack is empty where a value is needed".into());
        }
        self.stack.pop().ok_or_else(|| "the stack is empty".into())
    }

    fn pop_many(&mut self, count: usize) -> Outcome<Vec<Id>> {
        let mut items = (0..count)
            .map(|_| self.pop())
            .collect::<Outcome<Vec<Id>>>()?;
        items.reverse();
        Ok(items)
    }

    fn above_mark(&mut self) -> Outcome<Vec<Id>> {
        let mark = self
            .marks
            .pop()
            .ok_or("no mark is set where one is needed")?;
        Ok(self.stack.split_off(mark))
    }

    /// The topmost value, which stays.
    fn top(&mut self) -> Outcome<&mut Value> {
        let id = self.pop()?;
        self.stack.push(id);
        Ok(&mut self.values[id])
    }

    fn protocol(&mut self) -> Outcome {
        match self.byte()? {
            2 => Ok(()),
            other => Err(format!(
                "pickle protocol {other}; the published files have 2: save again with protocol=2"
            )),
        }
    }

    fn integer(&mut self, opcode: u8) -> Outcome {
        let integer = match opcode {
            b'K' => self.byte()?.into(),
            b'M' => u16::from_le_bytes(self.array()?).into(),
            _ => i32::from_le_bytes(self.array()?).into(),
        };
        self.push(Value::Int(integer));
        Ok(())
    }

    fn long(&mut self) -> Outcome {
        let count = usize::from(self.byte()?);
        let bytes = self.take(count)?;
        if count > 8 {
            return Err(format!("an integer of {count} bytes; at most 8 are read"));
        }
        let mut wide = match self.input[bytes.clone()].last() {
            Some(last) if *last >= 0x80 => [0xff; 8],
            _ => [0; 8],
        };
        wide[..count].copy_from_slice(&self.input[bytes]);
        self.push(Value::Int(i64::from_le_bytes(wide)));
        Ok(())
    }

    fn short_string(&mut self) -> Outcome {
        let count = usize::from(self.byte()?);
        let range = self.take(count)?;
        self.push(Value::Text(range));
        Ok(())
    }

    fn string(&mut self) -> Outcome {
        let count = u32::from_le_bytes(self.array()?);
        let range = self.take(usize::try_from(count).unwrap_or(usize::MAX))?;
        self.push(Value::Text(range));
        Ok(())
    }

    fn append(&mut self, items: Vec<Id>) -> Outcome {
        match self.top()? {
            Value::List(list) => {
                list.extend(items);
                Ok(())
            }
            _ => Err("items are appended to something that is no list".into()),
        }
    }

    fn set(&mut self, items: &[Id]) -> Outcome {
        let (pairs, rest) = items.as_chunks::<2>();
        match self.top()? {
            Value::Dict(entries) if rest.is_empty() => {
                entries.extend(pairs.iter().map(|&[key, value]| (key, value)));
                Ok(())
            }
            _ => Err("key and value pairs are set on something that is no dict".into()),
        }
    }

    fn memo_key(&mut self, long: bool) -> Outcome<u32> {
        if long {
            self.array().map(u32::from_le_bytes)
        } else {
            self.byte().map(u32::from)
        }
    }

    fn memoize(&mut self, long: bool) -> Outcome {
        let key = self.memo_key(long)?;
        let id = self.pop()?;
        self.stack.push(id);
        self.memo.insert(key, id);
        Ok(())
    }

    fn recall(&mut self, long: bool) -> Outcome {
        let key = self.memo_key(long)?;
        let id = *self
            .memo
            .get(&key)
            .ok_or_else(|| format!("memo {key} is read before it is written"))?;
        self.stack.push(id);
        Ok(())
    }

    fn line(&mut self) -> Outcome<&str> {
        let rest = &self.input[self.at..];
        let end = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or("a name without an end")?;
        let range = self.take(end + 1)?;
        std::str::from_utf8(&self.input[range.start..range.end - 1])
            .map_err(|_| "a name that is not text".into())
    }

    fn global(&mut self) -> Outcome {
        let module = self.line()?.to_owned();
        let name = format!("{module} {}", self.line()?);
        let known = GLOBALS.iter().find(|(known, _)| *known == name);
        let (_, global) = known.ok_or_else(|| {
            if NUMBERS.contains(&name.as_str()) {
                return format!("a number of numpy's own types; save {LABELS}");
            }
            let shown: String = name.chars().take(100).collect();
            format!("the pickle wants to import `{}`; only numpy's byte arrays are read, and nothing is executed", shown.replace(' ', "."))
        })?;
        self.push(Value::Global(*global));
        Ok(())
    }

    /// The calls that a pickled array makes, as what they would return.
    fn reduce(&mut self) -> Outcome {
        let arguments = self.pop()?;
        let callee = self.pop()?;
        let (Value::Global(callee), Value::Tuple(arguments)) =
            (&self.values[callee], &self.values[arguments])
        else {
            return Err("a call of something that is no name; nothing is executed".into());
        };
        let string = |id: &Id| text(&self.values, self.input, *id);
        let made = match (callee, arguments.as_slice()) {
            (Global::Reconstruct, [class, _, _])
                if matches!(self.values[*class], Value::Global(Global::NdArray)) =>
            {
                Value::Array(None)
            }
            (Global::DType, [name, _, _]) => match string(name) {
                Some(b"u1" | b"|u1") => Value::Bytes1,
                Some(other) => {
                    return Err(format!(
                        "an array of `{}`; images are arrays of `u1`: save them with dtype uint8, and {LABELS}",
                        beginning(other)
                    ));
                }
                None => return Err("a dtype without a name".into()),
            },
            (Global::Encode, [encoded, encoding]) => match (string(encoded), string(encoding)) {
                (Some(encoded), Some(b"latin1")) => self.decode(encoded)?,
                _ => return Err("an encoding other than latin1".into()),
            },
            _ => return Err("a call that no pickled array makes; nothing is executed".into()),
        };
        if let Value::Decoded(bytes) = &made {
            self.decoded += bytes.len();
        }
        self.push(made);
        Ok(())
    }

    /// The bytes of a latin1 string. A pickle that decodes one long string again and again is refused.
    fn decode(&self, encoded: &[u8]) -> Outcome<Value> {
        let bytes = from_latin1(encoded).ok_or("text that is not latin1")?;
        if self.decoded + bytes.len() > self.input.len() {
            return Err("more bytes are decoded than the file has".into());
        }
        Ok(Value::Decoded(bytes.into_owned()))
    }

    /// Gives the array or dtype below the top the state on top.
    fn build(&mut self) -> Outcome {
        let state = self.pop()?;
        let target = self.pop()?;
        self.stack.push(target);
        match (&self.values[state], &self.values[target]) {
            (Value::Tuple(_), Value::Bytes1) => {}
            (Value::Tuple(state), Value::Array(None)) => {
                self.values[target] = Value::Array(Some(self.array_state(state)?));
            }
            _ => return Err("a state for something that is no new array".into()),
        }
        Ok(())
    }

    fn array_state(&self, state: &[Id]) -> Outcome<Array> {
        let value = |id: &Id| &self.values[*id];
        let [_version, shape, dtype, fortran, bytes] = state else {
            return Err("an array's state has five parts".into());
        };
        let (Value::Tuple(shape), Value::Bytes1) = (value(shape), value(dtype)) else {
            return Err("an array's state without a shape and the dtype `u1`".into());
        };
        let fortran = match value(fortran) {
            Value::Bool(fortran) => *fortran,
            Value::Int(fortran) => *fortran != 0,
            _ => return Err("an array's state without its order".into()),
        };
        let length = |id: &Id| match value(id) {
            Value::Int(length) => {
                usize::try_from(*length).map_err(|_| "a negative length".to_owned())
            }
            _ => Err("a shape that is not made of integers".to_owned()),
        };
        if shape.len() != 2 {
            return Err(format!(
                "an array of {} dimensions; batches have 2",
                shape.len()
            ));
        }
        let shape = shape.iter().map(length).collect::<Outcome<Vec<_>>>()?;
        Ok(Array {
            shape,
            fortran,
            bytes: *bytes,
        })
    }
}
