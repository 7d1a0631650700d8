package month

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// MarshalText writes 2026-10 (JSON and form values go through it); no month is empty.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what Parse reads; empty is no month.
func (m *Month) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = Month{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// DateValue gives pgx the first day of the month, NULL for no month.
func (m Month) DateValue() (pgtype.Date, error) {
	if m.IsZero() {
		return pgtype.Date{}, nil
	}
	return pgtype.Date{Time: m.utc(), Valid: true}, nil
}

// ScanDate takes the first day of a month from pgx. Another day is refused: it would be silently shortened otherwise.
func (m *Month) ScanDate(d pgtype.Date) error {
	if !d.Valid {
		*m = Month{}
		return nil
	}
	if d.InfinityModifier != pgtype.Finite {
		return fmt.Errorf("month: %v is no month", d.InfinityModifier)
	}
	return m.fromDay(d.Time)
}

// Value gives database/sql the first day of the month at midnight UTC, NULL for no month.
func (m Month) Value() (driver.Value, error) {
	if m.IsZero() {
		return nil, nil
	}
	return m.utc(), nil
}

// Scan takes the first day of a month from database/sql.
func (m *Month) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m = Month{}
		return nil
	case time.Time:
		return m.fromDay(v)
	case string:
		t, err := time.Parse(time.DateOnly, v)
		if err != nil {
			return fmt.Errorf("month: scan: %w", err)
		}
		return m.fromDay(t)
	}
	return fmt.Errorf("month: cannot scan %T", src)
}

func (m Month) utc() time.Time { return time.Date(m.Year(), m.Month(), 1, 0, 0, 0, 0, time.UTC) }

func (m *Month) fromDay(t time.Time) error {
	y, mon, day := t.Date()
	if day != 1 {
		return fmt.Errorf("month: %s is not the first day of a month", t.Format(time.DateOnly))
	}
	*m = New(y, mon)
	return nil
}
