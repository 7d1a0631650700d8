package assessment

// Calculator is one of the four ways from a final result to an amount.
type Calculator string

// The calculators.
const (
	CalcLinear     Calculator = "LINEAR"
	CalcGradeCoeff Calculator = "GRADE_COEFF"
	CalcBand       Calculator = "BAND"
	CalcPerPoint   Calculator = "PER_POINT"
)
