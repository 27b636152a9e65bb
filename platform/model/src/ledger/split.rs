//! An amount shared out so that the parts add up to it.

/// Splits an amount in proportion to `weights` by the largest remainder, ties to the earlier part. Weights below zero count
/// as zero; where none is above zero all parts weigh the same. Without weights there are no parts.
pub fn split(amount: i64, weights: &[i64]) -> Vec<i64> {
    let mut weights: Vec<i128> = weights.iter().map(|w| i128::from((*w).max(0))).collect();
    if weights.iter().all(|w| *w == 0) {
        weights.fill(1);
    }
    let (total, whole) = (weights.iter().sum::<i128>().max(1), i128::from(amount).abs());
    let mut parts: Vec<i128> = weights.iter().map(|w| whole * w / total).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    // a stable sort leaves the earlier part first among equals
    order.sort_by_key(|n| std::cmp::Reverse(whole * weights[*n] % total));
    let rest = whole - parts.iter().sum::<i128>();
    for n in order.into_iter().take(usize::try_from(rest).unwrap_or(usize::MAX)) {
        parts[n] += 1;
    }
    let sign = i128::from(amount.signum());
    parts.into_iter().map(|part| i64::try_from(part * sign).unwrap_or(amount)).collect()
}
