package money

import (
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
)

// UnmarshalText reads by the rules of Parse.
func (f *Fen) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err != nil {
		return err
	}
	*f = v
	return nil
}

// MarshalText writes yuan, so that JSON holds "1531.95" and no reader takes it for a float.
func (f Fen) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// Int64Value gives pgx fen for a bigint.
func (f Fen) Int64Value() (pgtype.Int8, error) { return pgtype.Int8{Int64: int64(f), Valid: true}, nil }

// ScanInt64 takes fen from a bigint. NULL needs a *Fen.
func (f *Fen) ScanInt64(v pgtype.Int8) error {
	if !v.Valid {
		return fmt.Errorf("money: cannot scan NULL, use *Fen")
	}
	*f = Fen(v.Int64)
	return nil
}

// ScanNumeric takes fen too: the sum of a bigint column is numeric in PostgreSQL. A fraction means that the column holds
// yuan, and is refused.
func (f *Fen) ScanNumeric(n pgtype.Numeric) error {
	v, err := n.Int64Value()
	if err != nil {
		return fmt.Errorf("money: not whole fen: %w", err)
	}
	return f.ScanInt64(v)
}

// Value gives database/sql fen, for a bigint.
func (f Fen) Value() (driver.Value, error) { return int64(f), nil }
