// Made by `npm run docs` from the OpenAPI document; do not edit.

export interface components {
  schemas: {
    ProblemPlace: {
      pointer: string;
      detail: string;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      instance: string;
      code: string;
      request_id: string;
      errors: (components['schemas']['ProblemPlace'])[];
    };
    ModelHealth: {
      status: string;
      version: string | null;
    };
    Health: {
      status: "healthy";
      version: string;
      uptime_seconds: number;
      models: Record<string, components['schemas']['ModelHealth']>;
    };
    Probe: {
      status: string;
    };
    AmountRequest: {
      date?: string | null;
      amount?: number | null;
      type: "Income" | "Expense" | "Transfer" | null;
      description?: string | null;
      category?: string | null;
      payment_method?: string | null;
      merchant_name?: string | null;
      location?: string | null;
      account_id?: string | null;
      transaction_id?: string | null;
      currency?: string | null;
      merchant_category_code?: string | null;
      balance_after?: number | null;
      country?: string | null;
      reference?: string | null;
      tags?: (string)[] | null;
      confidence_level?: number | null;
    };
    ListedTransaction: {
      date?: string | null;
      amount?: number | null;
      type?: "Income" | "Expense" | "Transfer" | null;
      description?: string | null;
      category?: string | null;
      payment_method?: string | null;
      merchant_name?: string | null;
      location?: string | null;
      account_id?: string | null;
      transaction_id?: string | null;
      currency?: string | null;
      merchant_category_code?: string | null;
      balance_after?: number | null;
      country?: string | null;
      reference?: string | null;
      tags?: (string)[] | null;
    };
    AmountListRequest: {
      transactions: (components['schemas']['ListedTransaction'])[];
      confidence_level?: number | null;
    };
    AmountInterval: {
      lower: number;
      upper: number;
      level: number;
    };
    AmountReply: {
      success: boolean;
      predicted_amount: number;
      confidence_interval: components['schemas']['AmountInterval'];
      model_version: string;
      processing_time_ms: number;
      features_used: number;
      prediction_id: string;
    };
    AmountResult: {
      index: number;
      success: boolean;
      predicted_amount: number;
      confidence_interval: components['schemas']['AmountInterval'];
      model_version: string;
      processing_time_ms: number;
      features_used: number;
      prediction_id: string;
    };
    ItemError: {
      index: number;
      code: string;
      detail: string;
      errors: (components['schemas']['ProblemPlace'])[];
    };
    AmountListReply: {
      success: boolean;
      results: (components['schemas']['AmountResult'])[];
      errors: (components['schemas']['ItemError'])[];
      processing_time_ms: number;
    };
    AnomalyRequest: {
      date?: string | null;
      amount: number | null;
      type?: "Income" | "Expense" | "Transfer" | null;
      description?: string | null;
      category?: string | null;
      payment_method?: string | null;
      merchant_name?: string | null;
      location?: string | null;
      account_id?: string | null;
      transaction_id?: string | null;
      currency?: string | null;
      merchant_category_code?: string | null;
      balance_after?: number | null;
      country?: string | null;
      reference?: string | null;
      tags?: (string)[] | null;
      sensitivity?: number | null;
    };
    AnomalyListRequest: {
      transactions: (components['schemas']['ListedTransaction'])[];
      sensitivity?: number | null;
    };
    AnomalyReason: {
      feature: string;
      value: string;
      usual: string;
      text: string;
      contribution: number;
    };
    StillLearning: {
      what: "account" | "merchant" | "currency";
      text: string;
    };
    AnomalyReply: {
      success: boolean;
      is_anomaly: boolean;
      anomaly_score: number;
      risk_level: "low" | "medium" | "high" | "critical";
      reasons: (components['schemas']['AnomalyReason'])[];
      still_learning: (components['schemas']['StillLearning'])[];
      sensitivity: number;
      model_version: string;
      processing_time_ms: number;
      features_used: number;
      prediction_id: string;
    };
    AnomalyResult: {
      index: number;
      success: boolean;
      is_anomaly: boolean;
      anomaly_score: number;
      risk_level: "low" | "medium" | "high" | "critical";
      reasons: (components['schemas']['AnomalyReason'])[];
      still_learning: (components['schemas']['StillLearning'])[];
      sensitivity: number;
      model_version: string;
      processing_time_ms: number;
      features_used: number;
      prediction_id: string;
    };
    AnomalyListReply: {
      success: boolean;
      results: (components['schemas']['AnomalyResult'])[];
      errors: (components['schemas']['ItemError'])[];
      processing_time_ms: number;
    };
    BatchRequest: {
      transactions: (components['schemas']['ListedTransaction'])[];
      prediction_types?: ("category" | "amount" | "anomaly")[] | null;
      top_k?: number | null;
      confidence_level?: number | null;
      sensitivity?: number | null;
    };
    CategoryScore: {
      category: string;
      confidence: number;
    };
    CategoryReply: {
      success: boolean;
      predicted_category: string;
      confidence_score: number;
      confidence_band: "VERY_HIGH" | "HIGH" | "MEDIUM" | "LOW";
      abstained: boolean;
      abstention_reason: string | null;
      top_predictions: (components['schemas']['CategoryScore'])[];
      model_version: string;
      processing_time_ms: number;
      features_used: number;
      prediction_id: string;
    };
    BatchResult: {
      index: number;
      category?: components['schemas']['CategoryReply'];
      amount?: components['schemas']['AmountReply'];
      anomaly?: components['schemas']['AnomalyReply'];
    };
    BatchError: {
      index: number;
      code: string;
      detail: string;
      errors: (components['schemas']['ProblemPlace'])[];
      prediction_types: ("category" | "amount" | "anomaly")[];
    };
    BatchReply: {
      success: boolean;
      results: (components['schemas']['BatchResult'])[];
      errors: (components['schemas']['BatchError'])[];
      processing_time_ms: number;
    };
    HistoryTransaction: {
      date?: string | null;
      amount: number | null;
      type?: "Income" | "Expense" | "Transfer" | null;
      description?: string | null;
      category?: string | null;
      payment_method?: string | null;
      merchant_name?: string | null;
      location?: string | null;
      account_id?: string | null;
      transaction_id?: string | null;
      currency?: string | null;
      merchant_category_code?: string | null;
      balance_after?: number | null;
      country?: string | null;
      reference?: string | null;
      tags?: (string)[] | null;
    };
    CashflowRequest: {
      transactions?: (components['schemas']['HistoryTransaction'])[] | null;
      account_id?: string | null;
      horizon_days?: number | null;
      confidence_level?: number | null;
      starting_balance?: number | null;
      as_of?: string | null;
      currency?: string | null;
    };
    ForecastDay: {
      date: string;
      income: number;
      expense: number;
      net: number;
      lower: number;
      upper: number;
      balance?: number;
      balance_lower?: number;
      balance_upper?: number;
    };
    ExcludedCurrency: {
      currency: string | null;
      transactions: number;
    };
    CashflowSummary: {
      currency: string | null;
      history_from: string;
      history_until: string;
      history_days: number;
      transactions: number;
      total_income: number;
      total_expense: number;
      total_net: number;
      total_net_lower: number;
      total_net_upper: number;
      confidence_level: number;
      beats_baseline: boolean | null;
      rolling_origins: number;
      rolling_error: number | null;
      baseline_error: number | null;
      members: Record<string, number>;
      excluded: (components['schemas']['ExcludedCurrency'])[];
      notes: (string)[];
    };
    RecurringStream: {
      description: string;
      direction: "Income" | "Expense";
      cadence: "weekly" | "fortnightly" | "semi_monthly" | "monthly" | "last_working_day" | "quarterly" | "annual";
      amount: number;
      is_amount_fixed: boolean;
      payments: number;
      last_date: string;
      next_dates: (string)[];
      ended: boolean;
      price_change: {
        date: string;
        from: number;
        to: number;
      } | null;
    };
    LowestBalance: {
      date: string;
      balance: number;
      balance_lower: number;
    };
    CashflowReply: {
      success: boolean;
      forecast: (components['schemas']['ForecastDay'])[];
      summary: components['schemas']['CashflowSummary'];
      recurring: (components['schemas']['RecurringStream'])[];
      lowest_balance?: components['schemas']['LowestBalance'];
      model_version: string;
      processing_time_ms: number;
      prediction_id: string;
    };
    CategoryRequest: {
      date?: string | null;
      amount: number | null;
      type?: "Income" | "Expense" | "Transfer" | null;
      description?: string | null;
      category?: string | null;
      payment_method?: string | null;
      merchant_name?: string | null;
      location?: string | null;
      account_id?: string | null;
      transaction_id?: string | null;
      currency?: string | null;
      merchant_category_code?: string | null;
      balance_after?: number | null;
      country?: string | null;
      reference?: string | null;
      tags?: (string)[] | null;
      top_k?: number | null;
    };
    CategoryListRequest: {
      transactions: (components['schemas']['ListedTransaction'])[];
      top_k?: number | null;
    };
    CategoryResult: {
      index: number;
      success: boolean;
      predicted_category: string;
      confidence_score: number;
      confidence_band: "VERY_HIGH" | "HIGH" | "MEDIUM" | "LOW";
      abstained: boolean;
      abstention_reason: string | null;
      top_predictions: (components['schemas']['CategoryScore'])[];
      model_version: string;
      processing_time_ms: number;
      features_used: number;
      prediction_id: string;
    };
    CategoryListReply: {
      success: boolean;
      results: (components['schemas']['CategoryResult'])[];
      errors: (components['schemas']['ItemError'])[];
      processing_time_ms: number;
    };
    ValidateRequest: Record<string, unknown>;
    ValidateReply: {
      success: boolean;
      valid: boolean;
      errors: (components['schemas']['ProblemPlace'])[];
      warnings: (components['schemas']['ProblemPlace'])[];
      normalised: {
        date?: string | null;
        amount?: number | null;
        type?: "Income" | "Expense" | "Transfer" | null;
        description?: string | null;
        category?: string | null;
        payment_method?: string | null;
        merchant_name?: string | null;
        location?: string | null;
        account_id?: string | null;
        transaction_id?: string | null;
        currency?: string | null;
        merchant_category_code?: string | null;
        balance_after?: number | null;
        country?: string | null;
        reference?: string | null;
        tags?: (string)[] | null;
      } | null;
    };
    ValidateResult: {
      index: number;
      valid: boolean;
      errors: (components['schemas']['ProblemPlace'])[];
      warnings: (components['schemas']['ProblemPlace'])[];
      normalised: {
        date?: string | null;
        amount?: number | null;
        type?: "Income" | "Expense" | "Transfer" | null;
        description?: string | null;
        category?: string | null;
        payment_method?: string | null;
        merchant_name?: string | null;
        location?: string | null;
        account_id?: string | null;
        transaction_id?: string | null;
        currency?: string | null;
        merchant_category_code?: string | null;
        balance_after?: number | null;
        country?: string | null;
        reference?: string | null;
        tags?: (string)[] | null;
      } | null;
    };
    ValidateListReply: {
      success: boolean;
      valid: boolean;
      errors: (components['schemas']['ProblemPlace'])[];
      results: (components['schemas']['ValidateResult'])[];
    };
    RememberRequest: {
      date?: string | null;
      amount: number | null;
      type?: "Income" | "Expense" | "Transfer" | null;
      description?: string | null;
      category?: string | null;
      payment_method?: string | null;
      merchant_name?: string | null;
      location?: string | null;
      account_id?: string | null;
      transaction_id?: string | null;
      currency?: string | null;
      merchant_category_code?: string | null;
      balance_after?: number | null;
      country?: string | null;
      reference?: string | null;
      tags?: (string)[] | null;
    };
    RememberListRequest: {
      transactions: (components['schemas']['ListedTransaction'])[];
    };
    RememberReply: {
      success: boolean;
      received: number;
      inserted: number;
      updated: number;
      unchanged: number;
    };
  };
}

export interface paths {
  '/': {
    /** Redirect to the documentation */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        302: { headers: { [name: string]: unknown }; content?: never };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/docs': {
    /** Interactive documentation */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'text/html': unknown } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/docs/{asset}': {
    /** A file of /docs */
    get: {
      parameters: { query?: never; header?: never; path: { asset: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { '*/*': unknown } };
        304: { headers: { [name: string]: unknown }; content?: never };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health': {
    /** Version, uptime and models */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Health'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/livez': {
    /** Whether the process answers */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Probe'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    /** This document */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': unknown } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predict/amount': {
    get?: never;
    put?: never;
    /** The amount of a transaction */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['AmountRequest'] | components['schemas']['AmountListRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['AmountReply'] | components['schemas']['AmountListReply'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        413: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        415: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predict/anomaly': {
    get?: never;
    put?: never;
    /** How strange a transaction is, and why */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['AnomalyRequest'] | components['schemas']['AnomalyListRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['AnomalyReply'] | components['schemas']['AnomalyListReply'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        413: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        415: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predict/batch': {
    get?: never;
    put?: never;
    /** Category, amount and anomaly of up to 1,000 transactions */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['BatchRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['BatchReply'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        413: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        415: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predict/cashflow': {
    get?: never;
    put?: never;
    /** Money in and out, day by day, with what recurs */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['CashflowRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['CashflowReply'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        413: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        415: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predict/category': {
    get?: never;
    put?: never;
    /** The category of a transaction */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['CategoryRequest'] | components['schemas']['CategoryListRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['CategoryReply'] | components['schemas']['CategoryListReply'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        413: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        415: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predict/validate': {
    get?: never;
    put?: never;
    /** What is wrong with a transaction, and how it is understood */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['ValidateRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ValidateReply'] | components['schemas']['ValidateListReply'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        413: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        415: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    /** Whether to send traffic here */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Probe'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/redoc': {
    /** Reference documentation */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'text/html': unknown } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/redoc/{asset}': {
    /** A file of /redoc */
    get: {
      parameters: { query?: never; header?: never; path: { asset: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { '*/*': unknown } };
        304: { headers: { [name: string]: unknown }; content?: never };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/transactions': {
    get?: never;
    put?: never;
    /** Remember transactions */
    post: {
      parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['RememberRequest'] | components['schemas']['RememberListRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['RememberReply'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        413: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        415: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
