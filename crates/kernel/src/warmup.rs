//! Where the start-up of a run ends.

/// MSER-5 (White 1997): how many leading values of a series to leave out, so that the standard
/// error of the rest is smallest. Values are first averaged in groups of five; at most the first
/// half may go, and when the optimum lies at that limit the series has not settled: none.
pub fn mser5(series: &[f64]) -> Option<usize> {
    let groups: Vec<f64> = series
        .chunks_exact(5)
        .map(|group| group.iter().sum::<f64>() / 5.0)
        .collect();
    if groups.len() < 4 {
        return None;
    }
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    let mut best = (f64::INFINITY, 0);
    // Backwards, so that every tail's sums come in one pass.
    for start in (0..groups.len()).rev() {
        let x = groups[start];
        sum += x;
        squares += x * x;
        count += 1.0;
        if start <= groups.len() / 2 {
            let error = (squares - sum * sum / count) / (count * count);
            if error <= best.0 {
                best = (error, start);
            }
        }
    }
    (best.1 < groups.len() / 2).then_some(best.1 * 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, Xoshiro256};

    fn noise(n: usize) -> Vec<f64> {
        let mut source = Xoshiro256::seeded(2);
        (0..n).map(|_| source.unit()).collect()
    }

    #[test]
    fn a_transient_is_cut() {
        let mut series = noise(500);
        series
            .iter_mut()
            .take(60)
            .enumerate()
            .for_each(|(i, x)| *x += 10.0 - i as f64 / 6.0);
        let cut = mser5(&series).unwrap();
        assert!((40..=80).contains(&cut), "{cut}");
    }

    #[test]
    fn a_trend_never_settles() {
        let series: Vec<f64> = noise(500)
            .iter()
            .enumerate()
            .map(|(i, x)| x + i as f64)
            .collect();
        assert_eq!(mser5(&series), None);
        assert_eq!(mser5(&[1.0; 12]), None);
    }
}
