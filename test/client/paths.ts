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
    RefreshRequest: {
      refresh_token: string;
    };
    Tokens: {
      access_token: string;
      refresh_token: string;
      token_type: "Bearer";
      expires_in: number;
      scope: string;
    };
    RevokeRequest: {
      token: string;
      token_type_hint?: string;
    };
    Revoked: {
      success: boolean;
    };
    TokenRequest: {
      scopes?: ("predict" | "write" | "models:read" | "models:write")[];
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
    ModelInfo: {
      success: boolean;
      model: "category_prediction" | "amount_prediction" | "anomaly_detection" | "cashflow_forecasting";
      version: string;
      format: number;
      trained_at: string;
      trained_until: string;
      rows: number;
      seed: number;
      metrics: Record<string, number | null>;
      baselines: Record<string, Record<string, number | null>>;
      beats_baseline: boolean | null;
      parameters: Record<string, unknown>;
      features: (string)[];
      features_hidden: (string)[];
      classes: number | null;
      bytes: number;
      sha256: string;
      node_version: string;
    };
    ReloadedModel: {
      status: "ready" | "missing" | "broken";
      version: string | null;
      previous_version: string | null;
      reason: string | null;
    };
    Reloads: {
      success: boolean;
      reloaded: number;
      missing: number;
      models: Record<string, components['schemas']['ReloadedModel']>;
    };
    HourCount: {
      hour: string;
      count: number;
    };
    PredictionCounts: {
      total: number;
      by_model: Record<string, number>;
      by_hour: (components['schemas']['HourCount'])[];
    };
    CategoryCount: {
      category: string;
      count: number;
      share: number;
    };
    ConfidenceBin: {
      from: number;
      to: number;
      count: number;
    };
    BandCounts: {
      VERY_HIGH: number;
      HIGH: number;
      MEDIUM: number;
      LOW: number;
    };
    CategoryAnalytics: {
      count: number;
      abstained: number;
      abstention_share: number | null;
      mean_confidence: number | null;
      mix: (components['schemas']['CategoryCount'])[];
      other: number;
      confidence_histogram: (components['schemas']['ConfidenceBin'])[];
      confidence_bands: components['schemas']['BandCounts'];
    };
    AmountAnalytics: {
      count: number;
      mean: number | null;
      p50: number | null;
      p95: number | null;
      max: number | null;
    };
    RiskLevelCounts: {
      low: number;
      medium: number;
      high: number;
      critical: number;
    };
    AnomalyAnalytics: {
      count: number;
      flagged: number;
      anomaly_rate: number | null;
      risk_levels: components['schemas']['RiskLevelCounts'];
    };
    CashflowAnalytics: {
      count: number;
    };
    Analytics: {
      success: boolean;
      since: string;
      processes: number;
      predictions: components['schemas']['PredictionCounts'];
      category: components['schemas']['CategoryAnalytics'];
      amount: components['schemas']['AmountAnalytics'];
      anomaly: components['schemas']['AnomalyAnalytics'];
      cashflow: components['schemas']['CashflowAnalytics'];
    };
    ClearedCache: {
      success: boolean;
      cleared: number;
    };
    ModelCondition: {
      status: "ready" | "missing" | "broken";
      version: string | null;
      reason: string | null;
    };
    ModelsHealth: {
      success: boolean;
      status: "healthy" | "degraded" | "unavailable";
      ready: boolean;
      models: Record<string, components['schemas']['ModelCondition']>;
    };
    Latency: {
      count: number;
      mean_ms: number | null;
      p50_ms: number | null;
      p95_ms: number | null;
      p99_ms: number | null;
      max_ms: number | null;
    };
    ModelPerformance: {
      predictions: number;
      failed: number;
      history: components['schemas']['Latency'];
      features: components['schemas']['Latency'];
      model: components['schemas']['Latency'];
      request: components['schemas']['Latency'];
    };
    RoutePerformance: {
      method: string;
      route: string;
      count: number;
      mean_ms: number | null;
      p50_ms: number | null;
      p95_ms: number | null;
      p99_ms: number | null;
      max_ms: number | null;
    };
    FeatureCache: {
      entries: number;
      entries_max: number;
      hits: number;
      misses: number;
      hit_ratio: number | null;
    };
    Memory: {
      rss_bytes: number;
      heap_used_bytes: number;
      heap_total_bytes: number;
      external_bytes: number;
    };
    EventLoopDelay: {
      p50_ms: number;
      p99_ms: number;
      max_ms: number;
    };
    Performance: {
      success: boolean;
      uptime_seconds: number;
      processes: number;
      window_seconds: number;
      models: Record<string, components['schemas']['ModelPerformance']>;
      requests: (components['schemas']['RoutePerformance'])[];
      feature_cache: components['schemas']['FeatureCache'];
      memory: components['schemas']['Memory'];
      event_loop_delay: components['schemas']['EventLoopDelay'];
    };
    ModelState: {
      status: "ready" | "missing" | "broken";
      reason: string | null;
      active_version: string | null;
      activated_version: string | null;
      newest_version: string | null;
      trained_at: string | null;
      trained_until: string | null;
      rows: number | null;
      metrics: Record<string, number | null>;
    };
    ModelsStatus: {
      success: boolean;
      ready: boolean;
      models: Record<string, components['schemas']['ModelState']>;
    };
    AmountRequest: {
      date?: string | null;
      amount?: number | null;
      type: "Income" | "Expense" | "Transfer";
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
      explain?: boolean | null;
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
      explain?: boolean | null;
    };
    AmountInterval: {
      lower: number;
      upper: number;
      level: number;
    };
    FeatureContribution: {
      feature: string;
      value: number | null;
      contribution: number;
      meaning: string;
    };
    TextTerm: {
      term: string;
      kind: "word" | "letters" | "field";
      contribution: number;
    };
    TextExplanation: {
      bias: number;
      score: number;
      terms: (components['schemas']['TextTerm'])[];
      rest: number;
    };
    ExplainedMember: {
      name: string;
      weight: number;
      value: number;
      meaning: string;
    };
    ExplainedStep: {
      name: string;
      value: number;
      meaning: string;
    };
    Explanation: {
      explains: string;
      unit: "probability" | "log_amount" | "path_length";
      base_value: number;
      output: number;
      contributions: (components['schemas']['FeatureContribution'])[];
      text?: components['schemas']['TextExplanation'];
      members: (components['schemas']['ExplainedMember'])[];
      steps: (components['schemas']['ExplainedStep'])[];
      calibrated: number;
      words: (string)[];
    };
    AmountReply: {
      success: boolean;
      predicted_amount: number;
      confidence_interval: components['schemas']['AmountInterval'];
      model_version: string;
      processing_time_ms: number;
      features_used: number;
      prediction_id: string;
      explanation?: components['schemas']['Explanation'];
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
      explanation?: components['schemas']['Explanation'];
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
      amount: number;
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
      explain?: boolean | null;
    };
    AnomalyListRequest: {
      transactions: (components['schemas']['ListedTransaction'])[];
      sensitivity?: number | null;
      explain?: boolean | null;
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
      explanation?: components['schemas']['Explanation'];
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
      explanation?: components['schemas']['Explanation'];
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
      explain?: boolean | null;
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
      explanation?: components['schemas']['Explanation'];
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
      amount: number;
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
      amount: number;
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
      explain?: boolean | null;
    };
    CategoryListRequest: {
      transactions: (components['schemas']['ListedTransaction'])[];
      top_k?: number | null;
      explain?: boolean | null;
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
      explanation?: components['schemas']['Explanation'];
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
      amount: number;
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
      transactions: (components['schemas']['RememberRequest'])[];
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
  '/auth/refresh': {
    get?: never;
    put?: never;
    /** New tokens for a refresh token */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['RefreshRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Tokens'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
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
  '/auth/revoke': {
    get?: never;
    put?: never;
    /** End a token */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['RevokeRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Revoked'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
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
  '/auth/token': {
    get?: never;
    put?: never;
    /** Tokens for an API key */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': components['schemas']['TokenRequest'] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Tokens'] } };
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
      parameters: { query?: never; header?: never; path: { asset: "swagger-ui.css" | "swagger-ui-bundle.js" | "favicon-32x32.png" | "start.js" }; cookie?: never };
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
  '/metrics': {
    /** Every figure for Prometheus */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'text/plain': unknown } };
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
  '/models/{model}/info': {
    /** What is known of the version that serves */
    get: {
      parameters: { query?: never; header?: never; path: { model: "category_prediction" | "amount_prediction" | "anomaly_detection" | "cashflow_forecasting" }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ModelInfo'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
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
  '/models/{model}/reload': {
    get?: never;
    put?: never;
    /** Load the activated version of one model */
    post: {
      parameters: { query?: never; header?: never; path: { model: "category_prediction" | "amount_prediction" | "anomaly_detection" | "cashflow_forecasting" }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Reloads'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
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
  '/models/analytics': {
    /** What was predicted */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Analytics'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
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
  '/models/cache': {
    get?: never;
    put?: never;
    post?: never;
    /** Drop all kept features */
    delete: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ClearedCache'] } };
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
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/health': {
    /** Whether each model serves, and why not */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ModelsHealth'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
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
  '/models/performance': {
    /** How fast answers are, and what they cost */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Performance'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
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
  '/models/reload-all': {
    get?: never;
    put?: never;
    /** Load the activated version of every model */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Reloads'] } };
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
  '/models/status': {
    /** Which version of each model serves, and how it did in training */
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ModelsStatus'] } };
        400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
        429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] } };
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
      parameters: { query?: never; header?: never; path: { asset: "redoc.standalone.js" | "page.css" | "start.js" }; cookie?: never };
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
