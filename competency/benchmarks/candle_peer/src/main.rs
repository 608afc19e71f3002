// SPDX-License-Identifier: MIT
//! candle beside the encoder, with the commands of bench_encoder.c:
//!
//!     candle_peer MODEL NAMES default|sorted
//!
//! Threads are those of RAYON_NUM_THREADS. "default" takes the names as they come, 256 a batch;
//! "sorted" takes them by length, 64 a batch. Both pad to the longest of the batch.
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use std::io::{BufRead, Write};
use std::time::Instant;
use tokenizers::Tokenizer;

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Peer {
    model: BertModel,
    tokenizer: Tokenizer,
    names: Vec<String>,
    is_sorted: bool,
}

impl Peer {
    fn open(directory: &str, names: &str, batching: &str) -> Result<Peer, Failure> {
        let config: Config =
            serde_json::from_str(&std::fs::read_to_string(format!("{directory}/config.json"))?)?;
        let weights = format!("{directory}/model.safetensors");
        let builder = unsafe {
            VarBuilder::from_mmaped_safetensors(&[weights], DType::F32, &Device::Cpu)?
        };
        let mut tokenizer = Tokenizer::from_file(format!("{directory}/tokenizer.json"))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None)?;
        Ok(Peer {
            model: BertModel::load(builder, &config)?,
            tokenizer,
            names: std::fs::read_to_string(names)?.lines().map(String::from).collect(),
            is_sorted: batching == "sorted",
        })
    }

    fn run_batch(&self, ids: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, Failure> {
        let longest = ids.iter().map(Vec::len).max().unwrap_or(0);
        let mut padded = vec![0u32; ids.len() * longest];
        let mut mask = vec![0f32; ids.len() * longest];
        for (row, text) in ids.iter().enumerate() {
            let at = row * longest;
            padded[at..at + text.len()].copy_from_slice(text);
            mask[at..at + text.len()].fill(1.0);
        }
        let shape = (ids.len(), longest);
        let ids = Tensor::from_vec(padded, shape, &Device::Cpu)?;
        let mask = Tensor::from_vec(mask, shape, &Device::Cpu)?;
        let rows = self.model.forward(&ids, &ids.zeros_like()?, Some(&mask))?;
        let weight = mask.unsqueeze(2)?;
        let mean = rows.broadcast_mul(&weight)?.sum(1)?.broadcast_div(&weight.sum(1)?)?;
        let norm = mean.sqr()?.sum_keepdim(1)?.sqrt()?;
        Ok(mean.broadcast_div(&norm)?.to_vec2::<f32>()?)
    }

    fn embed(&self, first: usize, count: usize) -> Result<Vec<Vec<f32>>, Failure> {
        let names: Vec<&str> = self.names[first..first + count].iter().map(String::as_str).collect();
        let ids: Vec<Vec<u32>> = self
            .tokenizer
            .encode_batch_fast(names, true)?
            .into_iter()
            .map(|text| text.get_ids().to_vec())
            .collect();
        let mut order: Vec<usize> = (0..count).collect();
        if self.is_sorted {
            order.sort_by_key(|&i| ids[i].len());
        }
        let mut vectors = vec![Vec::new(); count];
        for batch in order.chunks(if self.is_sorted { 64 } else { 256 }) {
            let texts: Vec<Vec<u32>> = batch.iter().map(|&i| ids[i].clone()).collect();
            for (vector, &i) in self.run_batch(&texts)?.into_iter().zip(batch) {
                vectors[i] = vector;
            }
        }
        Ok(vectors)
    }

    fn time_each(&self, first: usize, count: usize) -> Result<u128, Failure> {
        let mut times = Vec::with_capacity(count);
        for i in first..first + count {
            let start = Instant::now();
            self.embed(i, 1)?;
            times.push(start.elapsed().as_nanos());
        }
        times.sort_unstable();
        Ok(times[count / 2])
    }

    fn obey(&self, line: &str) -> Result<String, Failure> {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0] == "rss" {
            return peak_rss();
        }
        let (first, count) = (words[1].parse()?, words[2].parse()?);
        let start = Instant::now();
        if words[0] == "each" {
            return Ok(self.time_each(first, count)?.to_string());
        }
        let vectors = self.embed(first, count)?;
        if words[0] == "write" {
            let bytes: Vec<u8> = vectors.concat().iter().flat_map(|v| v.to_le_bytes()).collect();
            std::fs::write(words[3], bytes)?;
        }
        Ok(start.elapsed().as_nanos().to_string())
    }
}

fn peak_rss() -> Result<String, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|l| l.starts_with("VmHWM")).ok_or("no VmHWM")?;
    Ok(line.split_whitespace().nth(1).unwrap_or("0").to_string())
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let start = Instant::now();
    let peer = Peer::open(&arguments[1], &arguments[2], &arguments[3])?;
    println!("{}", start.elapsed().as_nanos());
    for line in std::io::stdin().lock().lines() {
        println!("{}", peer.obey(&line?)?);
        std::io::stdout().flush()?;
    }
    Ok(())
}
