package points

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/jackc/pgx/v5/pgtype"
)

// MarshalJSON writes a JSON number with its exact digits.
func (p Points) MarshalJSON() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalJSON reads a number or a string, by the rules of Parse.
func (p *Points) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if len(data) > 0 && data[0] == '"' {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	return p.UnmarshalText([]byte(text))
}

// UnmarshalText reads by the rules of Parse.
func (p *Points) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err != nil {
		return err
	}
	*p = v
	return nil
}

// NumericValue gives pgx the exact decimal.
func (p Points) NumericValue() (pgtype.Numeric, error) {
	return pgtype.Numeric{Int: big.NewInt(int64(p)), Exp: -2, Valid: true}, nil
}

// ScanNumeric takes a decimal of at most two places from pgx. NULL needs a *Points.
func (p *Points) ScanNumeric(n pgtype.Numeric) error {
	if !n.Valid {
		return fmt.Errorf("points: cannot scan NULL, use *Points")
	}
	if n.NaN || n.InfinityModifier != pgtype.Finite {
		return fmt.Errorf("points: not a number")
	}
	v := new(big.Int).Set(n.Int)
	for e := n.Exp + 2; e > 0; e-- {
		v.Mul(v, big.NewInt(10))
	}
	rest := new(big.Int)
	for e := n.Exp + 2; e < 0; e++ {
		if v.QuoRem(v, big.NewInt(10), rest); rest.Sign() != 0 {
			return fmt.Errorf("points: more than two decimals")
		}
	}
	if !v.IsInt64() {
		return fmt.Errorf("points: out of range")
	}
	*p = Points(v.Int64())
	return nil
}

// Int64Value refuses fractions, so that a score sent to an integer parameter is whole points and never hundredths.
func (p Points) Int64Value() (pgtype.Int8, error) {
	if p%100 != 0 {
		return pgtype.Int8{}, fmt.Errorf("points: %s is not whole", p)
	}
	return pgtype.Int8{Int64: int64(p / 100), Valid: true}, nil
}

// ScanInt64 takes whole points.
func (p *Points) ScanInt64(v pgtype.Int8) error {
	if !v.Valid {
		return fmt.Errorf("points: cannot scan NULL, use *Points")
	}
	*p = Points(v.Int64 * 100)
	return nil
}

// Value gives database/sql the decimal as text, which numeric accepts.
func (p Points) Value() (driver.Value, error) { return p.Fixed(), nil }

// Scan takes the decimal text of database/sql.
func (p *Points) Scan(src any) error {
	var n pgtype.Numeric
	switch v := src.(type) {
	case string:
		if err := n.Scan(v); err != nil {
			return fmt.Errorf("points: scan: %w", err)
		}
		return p.ScanNumeric(n)
	case []byte:
		return p.Scan(string(v))
	case int64:
		return p.ScanInt64(pgtype.Int8{Int64: v, Valid: true})
	}
	return fmt.Errorf("points: cannot scan %T", src)
}
