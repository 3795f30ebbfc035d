// Contains the PyTorch module of attention with relative positions, for exported files that import nothing but torch.

/**
 * Maps queries, keys and values [batch, 1 + side², 3 x 64 heads] as `attend` does in the programs that score.
 */
export const RELATIVE_ATTENTION = `class RelativeAttention(nn.Module):
    """Attention with relative positions (AutoFormer, Chen et al. 2021).

    Tokens [batch, 1 + side * side, 3 * heads * 64] hold queries, keys and values. Token 0 is the class token, the others
    are a square grid of patches, row by row. Distances are cut at \`farthest\`.
    """

    def __init__(self, heads, side, farthest):
        super().__init__()
        self.heads = heads
        for table in ("key_rows", "key_columns", "value_rows", "value_columns"):
            setattr(self, table, nn.Parameter(0.02 * torch.randn(2 * farthest + 2, 64)))
        place = torch.arange(side)
        rows, columns = place.repeat_interleave(side), place.repeat(side)
        self.register_buffer("rows", self.entries(rows, farthest), persistent=False)
        self.register_buffer("columns", self.entries(columns, farthest), persistent=False)

    @staticmethod
    def entries(place, farthest):
        """For each query and key the entry of a table: 0 where one of them is the class token, then distances."""
        distance = (place[None, :] - place[:, None]).clamp(-farthest, farthest)
        return F.pad(distance + farthest + 1, (1, 0, 1, 0))

    def forward(self, qkv):
        batch, tokens, _ = qkv.shape
        q, k, v = qkv.reshape(batch, tokens, 3, self.heads, 64).permute(2, 0, 3, 1, 4).unbind(0)
        of_keys = self.key_rows[self.rows] + self.key_columns[self.columns]
        of_values = self.value_rows[self.rows] + self.value_columns[self.columns]
        logits = q @ k.transpose(-2, -1) + torch.einsum("bhqc,qkc->bhqk", q, of_keys)
        shares = (logits / 8).softmax(dim=-1)
        mixed = shares @ v + torch.einsum("bhqk,qkc->bhqc", shares, of_values)
        return mixed.transpose(1, 2).reshape(batch, tokens, -1)


`;
